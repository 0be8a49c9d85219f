/* model_routes: what objects there are, for forms, lists and programs; and changing them. */
#pragma once

#include "api/api.h"

err_t model_get(struct call *) MUST_USE;
err_t model_patch_object(struct call *) MUST_USE;
err_t model_create_object(struct call *) MUST_USE;
err_t model_delete_object(struct call *) MUST_USE;
err_t model_check(struct call *) MUST_USE;
