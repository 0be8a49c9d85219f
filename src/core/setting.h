/* setting: small JSON values by key, read from memory. Keys in use: enterprise, base_currency,
 * time_zone, phone_region, language, demo, and
 * search_shape:OBJECT. */
#pragma once

#include "base/json.h"
#include "core/app.h"

struct settings;

struct settings *settings_new(void);
void settings_free(struct settings *);
err_t settings_load(struct app *) MUST_USE;

/* The text of a setting, copied into the arena. */
str setting_text(struct app *, struct arena *, const char *key, str fallback);
json_t *setting_get(struct app *, struct arena *, const char *key); /* NULL if unset */
err_t setting_put(struct app *, const char *key, const json_t *) MUST_USE;
