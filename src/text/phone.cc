#include "text/phone_lib.h"

#include <cstring>
#include <string>

#include <phonenumbers/phonenumberutil.h>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace
{

size_t copy(const std::string &from, char *out, size_t size)
{
    if (from.size() >= size)
        return 0;
    memcpy(out, from.c_str(), from.size() + 1);
    return from.size();
}

bool parse(const char *text, const char *region, PhoneNumber *number)
{
    auto *util = PhoneNumberUtil::GetInstance();
    return util->Parse(text, region, number) == PhoneNumberUtil::NO_PARSING_ERROR &&
           util->IsValidNumber(*number);
}

} // namespace

bool phone_lib_knows(const char *region)
{
    return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
}

bool phone_lib_parse(const char *text, const char *region, struct phone_lib_number *out)
{
    auto *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string e164, home;
    if (!parse(text, region, &number))
        return false;
    number.clear_extension();
    util->Format(number, PhoneNumberUtil::E164, &e164);
    util->GetRegionCodeForNumber(number, &home);
    auto type = util->GetNumberType(number);
    out->mobile = type == PhoneNumberUtil::MOBILE || type == PhoneNumberUtil::FIXED_LINE_OR_MOBILE;
    return copy(e164, out->e164, sizeof out->e164) && copy(home, out->region, sizeof out->region);
}

size_t phone_lib_format(const char *e164, bool national, char *out, size_t size)
{
    PhoneNumber number;
    std::string text;
    if (!parse(e164, "ZZ", &number))
        return 0;
    PhoneNumberUtil::GetInstance()->Format(
        number, national ? PhoneNumberUtil::NATIONAL : PhoneNumberUtil::INTERNATIONAL, &text);
    return copy(text, out, size);
}

bool phone_lib_lengths(const char *e164, size_t *country, size_t *area)
{
    PhoneNumber number;
    if (!parse(e164, "ZZ", &number))
        return false;
    *country = std::to_string(number.country_code()).size();
    *area = size_t(PhoneNumberUtil::GetInstance()->GetLengthOfGeographicalAreaCode(number));
    return true;
}
