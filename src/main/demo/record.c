#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "main/demo/world.h"

void put(json_t *record, const char *key, str text)
{
    if (text.n)
        json_object_set_new_nocheck(record, key, json_stringn_nocheck(text.p, text.n));
}

void putz(json_t *record, const char *key, const char *text)
{
    put(record, key, str_from(text));
}

void put_int(json_t *record, const char *key, int64_t v)
{
    json_object_set_new_nocheck(record, key, json_integer(v));
}

void put_bool(json_t *record, const char *key, bool v)
{
    json_object_set_new_nocheck(record, key, json_boolean(v));
}

void put_id(json_t *record, const char *key, int64_t id)
{
    char digits[ID_CHARS + 1];
    if (id)
        put(record, key,
            (str){digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)id)});
}

void put_instant(json_t *record, const char *key, int64_t at)
{
    char text[INSTANT_CHARS + 1];
    if (at)
        put(record, key, (str){text, instant_format(at, text)});
}

void put_day(json_t *record, const char *key, int64_t day)
{
    char text[DAY_CHARS + 1];
    put(record, key, (str){text, day_format(day, text)});
}

void put_money(json_t *record, const char *key, int64_t minor, const char *currency)
{
    json_t *money = json_object();
    put_int(money, "amount", minor);
    putz(money, "currency", currency);
    json_object_set_new_nocheck(record, key, money);
}

void put_owner(json_t *record, const struct staff *owner)
{
    put_id(record, "owner", owner->id);
    put_id(record, "department", owner->department);
}

/* The counter fills the 22 bits below the milliseconds, and then these: what happens does so on
 * whole seconds, and no two ids are the same. */
int64_t next_id(struct demo *d, int64_t created)
{
    const uint64_t second = (uint64_t)1000 << 22;
    return id_floor(created) + (int64_t)(d->ids++ % second);
}

err_t emit_as(struct demo *d,
              const char *object,
              int64_t id,
              int64_t created,
              int64_t updated,
              int64_t by,
              json_t *record)
{
    put_instant(record, "created_at", created);
    put_id(record, "created_by", by);
    put_instant(record, "updated_at", updated);
    err_t e = d->emit(d->context, object, id, record);
    json_decref(record);
    return e;
}

err_t emit_new(
    struct demo *d, const char *object, int64_t created, int64_t by, json_t *record, int64_t *id)
{
    if (created > d->options->now) {
        json_decref(record);
        *id = 0;
        return OK;
    }
    int64_t made = next_id(d, created);
    TRY(emit_as(d, object, made, created, created, by, record));
    *id = made;
    return OK;
}

static str slot_text(const struct slot *slots, size_t count, char letter, char digit)
{
    for (size_t i = 0; i < count; i++)
        if (slots[i].letter == (digit ? digit : letter))
            return slots[i].text;
    return (str){0};
}

str fill(struct arena *arena, str pattern, const struct slot *slots, size_t count)
{
    AUTO_BUF out;
    buf_init(&out, 64 * KIB);
    for (size_t i = 0; i < pattern.n; i++) {
        size_t close = i + 2;
        if (pattern.p[i] == '{' && close < pattern.n && pattern.p[close] == '2')
            close++; /* {p2} is the slot '2' */
        if (pattern.p[i] != '{' || close >= pattern.n || pattern.p[close] != '}') {
            buf_byte(&out, pattern.p[i]);
            continue;
        }
        buf_add(&out, slot_text(slots, count, pattern.p[i + 1], close == i + 3 ? '2' : '\0'));
        i = close;
    }
    return arena_str(arena, buf_str(&out));
}
