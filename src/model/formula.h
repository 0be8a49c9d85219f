/* formula: a small safe expression over a record and the records its refs name.
 *
 *     round(amount * rate, 2)      if(kind = "company", industry, "—")
 *     customer.name & " / " & number      days(now(), last_order_at)
 *
 * Types: number, text, boolean, date, instant; an empty field makes the result empty
 * except in if, coalesce, isblank and &; a comparison with it is false (<> true), as in conditions.
 * No loops, no side effects, bounded size. The grammar and the functions are in
 * docs/internals/formulas.md. */
#pragma once

#include "model/condition.h"

struct formula;

/* ERR_INVALID with problems "formula_…" whose argument is the column (from 1). */
err_t formula_parse(const struct model *,
                    const struct object *,
                    str text,
                    str at,
                    struct problems *,
                    struct arena *,
                    struct formula **out) MUST_USE;
/* Calls each for every field used; `link` is the ref it was reached through, or NULL. */
err_t formula_fields(const struct formula *,
                     err_t (*each)(void *, const struct field *link, const struct field *),
                     void *) MUST_USE;
enum storage formula_storage(const struct formula *);
/* May it stand in a field whose `result` is this ("number", "money", "text" …)? */
bool formula_gives(const struct formula *, str result);
bool formula_uses_now(const struct formula *); /* cannot be stored: evaluated when read */
/* Text of the result lives in the arena. Division by zero and overflow give empty. */
err_t formula_eval(const struct formula *,
                   const struct condition_env *,
                   const struct record *,
                   const struct condition_source *,
                   struct arena *,
                   value *out) MUST_USE;
/* A number as the column stores it: rounded half away from zero for integers, empty when it does
 * not fit. */
value formula_fit(value v, enum storage);
