/* openapi: the API described for programs (OpenAPI 3.1), as far as the caller may use it.
 *
 *   ROUTES ───────────────┐
 *   openapi/operations.json  (by operation id: words, body, replies)
 *   openapi/components.json  (shapes that all share) ─► document
 *   model/emit/openapi.h  (shapes of the objects)  ┘
 *
 * In the two files a string named "summary" or "description" is a message key, and "{object}" is
 * the object that a path is about. A route with {plural} is written once for each object; "needs"
 * names what the caller must be allowed to do with it. Only what is referred to is written. */
#pragma once

#include "api/api.h"

err_t openapi_get(struct call *) MUST_USE;
/* The document for the call's access, language and model. */
void openapi_write(struct call *, struct jw *);
