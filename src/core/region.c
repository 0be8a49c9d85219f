#include "core/region.h"

#include "core/setting.h"

struct place {
    const char *name, *region;
};

/* Where one country alone lives by the clock. */
static const struct place ZONES[] = {
    {"Asia/Shanghai", "CN"},       {"Asia/Urumqi", "CN"},       {"Asia/Taipei", "TW"},
    {"Asia/Hong_Kong", "HK"},      {"Asia/Macau", "MO"},        {"Asia/Singapore", "SG"},
    {"Asia/Kuala_Lumpur", "MY"},   {"Asia/Tokyo", "JP"},        {"Asia/Seoul", "KR"},
    {"Asia/Bangkok", "TH"},        {"Asia/Ho_Chi_Minh", "VN"},  {"Asia/Jakarta", "ID"},
    {"Asia/Manila", "PH"},         {"Asia/Phnom_Penh", "KH"},   {"Asia/Kolkata", "IN"},
    {"Asia/Dubai", "AE"},          {"Europe/London", "GB"},     {"Europe/Berlin", "DE"},
    {"Europe/Paris", "FR"},        {"Europe/Madrid", "ES"},     {"Europe/Rome", "IT"},
    {"Europe/Amsterdam", "NL"},    {"Europe/Moscow", "RU"},     {"America/New_York", "US"},
    {"America/Chicago", "US"},     {"America/Denver", "US"},    {"America/Los_Angeles", "US"},
    {"America/Toronto", "CA"},     {"America/Vancouver", "CA"}, {"America/Sao_Paulo", "BR"},
    {"America/Mexico_City", "MX"}, {"Australia/Sydney", "AU"},  {"Australia/Melbourne", "AU"},
    {"Pacific/Auckland", "NZ"},
};

/* Money of one country. */
static const struct place CURRENCIES[] = {
    {"TWD", "TW"}, {"HKD", "HK"}, {"MOP", "MO"}, {"SGD", "SG"}, {"MYR", "MY"}, {"JPY", "JP"},
    {"KRW", "KR"}, {"THB", "TH"}, {"VND", "VN"}, {"IDR", "ID"}, {"PHP", "PH"}, {"INR", "IN"},
    {"GBP", "GB"}, {"RUB", "RU"}, {"CAD", "CA"}, {"AUD", "AU"}, {"NZD", "NZ"}, {"BRL", "BR"},
};

static str find(const struct place *places, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eqz(name, places[i].name))
            return str_from(places[i].region);
    return (str){0};
}

str region_of_phones(struct app *app, struct arena *arena)
{
    str set = setting_text(app, arena, "phone_region", (str){0});
    str zone = setting_text(app, arena, "time_zone", (str){0});
    str currency = setting_text(app, arena, "base_currency", (str){0});
    if (set.n)
        return set;
    str region = find(ZONES, sizeof ZONES / sizeof *ZONES, zone);
    if (!region.n)
        region = find(CURRENCIES, sizeof CURRENCIES / sizeof *CURRENCIES, currency);
    return region.n ? region : S("CN");
}
