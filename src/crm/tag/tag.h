/* tag: a tag that is put on a record for the first time gets a record of its own, so that it has a
 * place in the tag list, a colour and a group. Names that differ in case, width or spaces only are
 * one: the first spelling stays. */
#pragma once

#include "core/ctx.h"

/* Inside a transaction: the tag is there afterwards, whoever named it first; *as is how it is
 * written. */
err_t tag_ensure(struct ctx *, str name, str *as) MUST_USE;
void tag_attach(void); /* once, at start */
