#include "people.h"

#include <stdio.h>
#include <string.h>

#include "text/text.h"

/* In ten thousand people; what is missing is spread over the list. */
static const struct {
    const char *name;
    unsigned weight;
} SURNAMES[] = {
    {"王", 715}, {"李", 708}, {"张", 654},  {"刘", 516}, {"陈", 453}, {"杨", 317}, {"黄", 223},
    {"赵", 206}, {"吴", 200}, {"周", 195},  {"徐", 144}, {"孙", 138}, {"马", 128}, {"朱", 125},
    {"胡", 113}, {"郭", 113}, {"何", 107},  {"林", 106}, {"高", 100}, {"罗", 96},  {"郑", 93},
    {"梁", 85},  {"谢", 77},  {"宋", 71},   {"唐", 69},  {"许", 66},  {"韩", 66},  {"邓", 62},
    {"冯", 60},  {"曹", 59},  {"彭", 58},   {"曾", 57},  {"肖", 56},  {"田", 55},  {"董", 54},
    {"潘", 53},  {"袁", 53},  {"蔡", 50},   {"蒋", 50},  {"余", 49},  {"于", 48},  {"杜", 47},
    {"叶", 46},  {"程", 46},  {"魏", 45},   {"苏", 45},  {"吕", 44},  {"丁", 43},  {"任", 42},
    {"卢", 42},  {"姚", 41},  {"沈", 41},   {"钟", 40},  {"姜", 39},  {"崔", 38},  {"谭", 38},
    {"陆", 37},  {"范", 37},  {"汪", 36},   {"廖", 36},  {"石", 35},  {"金", 35},  {"韦", 34},
    {"贾", 34},  {"夏", 33},  {"付", 33},   {"方", 32},  {"邹", 32},  {"熊", 31},  {"白", 31},
    {"孟", 30},  {"秦", 29},  {"邱", 29},   {"侯", 28},  {"江", 28},  {"尹", 27},  {"薛", 26},
    {"闫", 25},  {"段", 25},  {"雷", 24},   {"龙", 24},  {"黎", 24},  {"史", 23},  {"陶", 22},
    {"贺", 22},  {"毛", 22},  {"郝", 21},   {"顾", 21},  {"龚", 21},  {"邵", 20},  {"万", 20},
    {"覃", 20},  {"武", 19},  {"钱", 19},   {"戴", 19},  {"严", 18},  {"莫", 18},  {"孔", 18},
    {"向", 17},  {"常", 17},  {"欧阳", 10}, {"诸葛", 2}, {"司马", 2}, {"上官", 2},
};

/* The frequent ones first; they are drawn by rank. */
static const char GIVEN[] =
    "英华文明玉秀国建红小志海梅春平丽金军玲伟芳敏杰晓艳霞娟桂德永强云林燕勇兰生凤新洪辉东雪洁"
    "波婷俊宇佳涛慧磊静鹏飞浩佩超立宏成安庆祥福光荣胜龙峰亮刚涵子欣怡轩博思雨梓泽晨嘉美琳莹倩"
    "瑞婕丹萍淑珍莲香素琴琼彩凡若诗语可馨瑶昕彤依然睿哲皓天翔远航凯旋铭钧毅豪乐栋梁柏松柳青岚"
    "清泉江河川源润泊洋涌源津昌盛兴旺富贵和顺康宁静逸悠闲竹菊荷莉薇蓉蕾芸菲蓓芬芝苗茜茹荔岳峻"
    "嵩岩屹川石磐钰铃锋锐钢铁镇锦钦铎炎焕炜烨灿煜熙照晖曦旭昊晟景智慧聪颖敏捷达通进学才艺书画"
    "正直义信忠孝仁爱友善良守恒坚定奇卓越冠群英武威震虎豹鹤雁鸿鹰宝贝珠璐琪瑾瑜琦玮珊珂琛";
static const char *const CITIES[] = {"上海", "北京", "深圳", "广州", "杭州", "苏州", "成都",
                                     "南京", "武汉", "宁波", "青岛", "厦门", "长沙", "义乌",
                                     "佛山", "东莞", "温州", "合肥", "西安", "重庆"};
static const char SHOP[] =
    "云帆恒通瑞丰华信金泰宏达新锐创联盛世博远天成嘉禾百利顺安东方正大中科海纳德润宇辰星光明珠江南"
    "泽锦程和美康乐捷优品尚风行智汇众合力源鼎立诚鑫隆兴旺永昌吉祥";
static const char *const TRADES[] = {"贸易",   "商贸", "电子", "科技", "服饰", "食品", "建材",
                                     "进出口", "物流", "医疗", "教育", "文化", "广告", "机械",
                                     "化工",   "五金", "家居", "茶业", "母婴", "农业"};
static const char *const LATIN[] = {"John", "Maria", "Peter",  "Anna",  "James",  "Laura",
                                    "Mark", "Julia", "Daniel", "Emily", "Robert", "Sophie"};
static const char *const FAMILY[] = {"Smith",   "Johnson", "Miller",   "Schneider", "Garcia",
                                     "Brown",   "Wilson",  "Tanaka",   "Petrov",    "Anderson",
                                     "Nielsen", "Rossi",   "Kowalski", "Fischer",   "Martin"};
static const char *const MOBILE[] = {"130", "131", "132", "133", "135", "136", "137",
                                     "138", "139", "150", "151", "152", "155", "156",
                                     "158", "159", "176", "177", "180", "181", "182",
                                     "185", "186", "187", "188", "189", "191", "199"};
static const char *const TAGS[] = {"重要", "新客户", "老客户", "批发", "零售", "展会"};

#define PICK(list, state) (list)[draw(state) % (sizeof(list) / sizeof *(list))]

static uint64_t draw(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double unit(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-53;
}

/* One Han character, three bytes each; the first ones far more often than the last. */
static void add_char(char *out, const char *chars, size_t bytes, uint64_t *state)
{
    double u = unit(state);
    size_t rank = (size_t)(u * u * (double)(bytes / 3));
    strncat(out, chars + rank * 3, 3);
}

static const char *surname(uint64_t *state)
{
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof SURNAMES / sizeof *SURNAMES; i++)
        sum += SURNAMES[i].weight;
    unsigned at = (unsigned)(draw(state) % sum);
    size_t i = 0;
    while (at >= SURNAMES[i].weight)
        at -= SURNAMES[i++].weight;
    return SURNAMES[i].name;
}

static void write_name(char out[static 64], uint64_t *state)
{
    if (draw(state) % 100 < 3) {
        snprintf(out, 64, "%s %s", PICK(LATIN, state), PICK(FAMILY, state));
        return;
    }
    snprintf(out, 64, "%s", surname(state));
    unsigned chars = draw(state) % 100 < 18 ? 1 : 2;
    while (chars--)
        add_char(out, GIVEN, sizeof GIVEN - 1, state);
}

static void write_company(char out[static 96], uint64_t *state)
{
    snprintf(out, 96, "%s", PICK(CITIES, state));
    add_char(out, SHOP, sizeof SHOP - 1, state);
    add_char(out, SHOP, sizeof SHOP - 1, state);
    size_t n = strlen(out);
    snprintf(out + n, 96 - n, "%s有限公司", PICK(TRADES, state));
}

static void write_email(struct arena *arena, const char *name, char out[static 96], uint64_t *state)
{
    static const char *const hosts[] = {"163.com", "qq.com", "126.com", "outlook.com", "gmail.com"};
    str letters = text_pinyin(arena, str_from(name), true);
    size_t n = 0;
    for (size_t i = 0; i < letters.n && n < 40; i++)
        if (letters.p[i] != ' ')
            out[n++] = letters.p[i];
    snprintf(out + n, 96 - n, "%u@%s", (unsigned)(draw(state) % 1000), PICK(hosts, state));
}

json_t *people_customer(struct arena *arena, uint64_t n)
{
    uint64_t state = n * UINT64_C(0x2545f4914f6cdd1d) + 7;
    char name[64], phone[16], company[96], email[96];
    write_name(name, &state);
    write_company(company, &state);
    snprintf(phone, sizeof phone, "%s%08u", PICK(MOBILE, &state),
             (unsigned)(draw(&state) % 100000000));
    const char *tag = draw(&state) % 1000 == 0 ? "黑名单" : PICK(TAGS, &state);
    json_t *body = json_pack("{s:s,s:s,s:s,s:[s]}", "name", name, "phone", phone, "company",
                             company, "tags", tag);
    if (draw(&state) % 3 == 0) {
        write_email(arena, name, email, &state);
        json_object_set_new(body, "email", json_string(email));
    }
    return body;
}
