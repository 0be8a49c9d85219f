#include "text/text.h"

/* As people and other systems write them. */
static const char *const names[][2] = {
    {"CN", "中国|中國|china|prc|people's republic of china"},
    {"HK", "香港|中国香港|hong kong"},
    {"TW", "台湾|臺灣|台灣|taiwan"},
    {"MO", "澳门|澳門|macao|macau"},
    {"US", "美国|美國|united states|usa|u.s.a.|u.s."},
    {"GB", "英国|英國|united kingdom|uk|great britain|england"},
    {"DE", "德国|德國|germany|deutschland"},
    {"FR", "法国|法國|france"},
    {"JP", "日本|japan"},
    {"KR", "韩国|韓國|south korea|korea"},
    {"AU", "澳大利亚|澳洲|australia"},
    {"CA", "加拿大|canada"},
    {"IT", "意大利|義大利|italy"},
    {"ES", "西班牙|spain"},
    {"NL", "荷兰|荷蘭|netherlands|the netherlands"},
    {"BE", "比利时|比利時|belgium"},
    {"CH", "瑞士|switzerland"},
    {"AT", "奥地利|奧地利|austria"},
    {"SE", "瑞典|sweden"},
    {"NO", "挪威|norway"},
    {"DK", "丹麦|丹麥|denmark"},
    {"FI", "芬兰|芬蘭|finland"},
    {"PL", "波兰|波蘭|poland"},
    {"PT", "葡萄牙|portugal"},
    {"RU", "俄罗斯|俄羅斯|russia"},
    {"UA", "乌克兰|烏克蘭|ukraine"},
    {"TR", "土耳其|turkey"},
    {"IN", "印度|india"},
    {"ID", "印尼|印度尼西亚|indonesia"},
    {"MY", "马来西亚|馬來西亞|malaysia"},
    {"SG", "新加坡|singapore"},
    {"TH", "泰国|泰國|thailand"},
    {"VN", "越南|vietnam"},
    {"PH", "菲律宾|菲律賓|philippines"},
    {"AE", "阿联酋|阿聯|united arab emirates|uae"},
    {"SA", "沙特|沙特阿拉伯|saudi arabia"},
    {"IL", "以色列|israel"},
    {"EG", "埃及|egypt"},
    {"ZA", "南非|south africa"},
    {"BR", "巴西|brazil"},
    {"MX", "墨西哥|mexico"},
    {"AR", "阿根廷|argentina"},
    {"CL", "智利|chile"},
    {"NZ", "新西兰|紐西蘭|new zealand"},
    {"IE", "爱尔兰|愛爾蘭|ireland"},
    {"GR", "希腊|希臘|greece"},
    {"CZ", "捷克|czech republic|czechia"},
};

str text_country(struct arena *arena, str s)
{
    str want = text_fold(arena, s), word;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str words = str_from(names[i][1]);
        if (str_ieq_ascii(want, str_from(names[i][0])))
            return str_from(names[i][0]);
        while (str_split(&words, '|', &word))
            if (str_eq(text_fold(arena, word), want))
                return str_from(names[i][0]);
    }
    return (str){0};
}
