#!/usr/bin/env python3
"""Makes demo/examples/: customer files as they come from an office. Same files every time.

客户资料_老王.xlsx   sheet 客户: a title above the header, name and phone in one column on some rows,
    phones as text, number, 1.38E+10 with digits lost, full width, +86, 0086, two in one cell;
    dates as cells, bare serials, 2024年3月5日, 2024.3.5 and 3月5日 without a year; tags with 、，; and
    /; the address in one cell; totals below. Sheet 2023老客户: other headers for the same things,
    some people again with a newer phone or without one. Sheet 字典: hidden.
customers-en.csv    UTF-8 with BOM, semicolons, quoted line breaks, a formula as a note, a bad e-mail.
通讯录.vcf          vCard 3.0: folded lines, several phones, escapes, one card without a name.
会员导出_GB18030.csv  GB18030, as a shop's till exports it: tabs before long numbers, no header for
    the last column, two rows with too few cells.
"""
import csv
import datetime
import io
import pathlib
import random
import zipfile
from xml.sax.saxutils import escape

HERE = pathlib.Path(__file__).parent / "examples"
dice = random.Random(20260301)

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁于蒋蔡余杜叶程苏魏吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤"
GIVEN = "伟 芳 娜 敏 静 强 磊 洋 艳 勇 杰 娟 涛 明 超 秀英 霞 平 刚 桂英 建国 志强 雨欣 浩然 子涵 思琪 晓燕 文博 佳怡 海燕 俊杰 丽华 国华 婷婷 雪梅 建军 玉兰 春梅 小红 一诺".split()
PLACES = [
    "浙江省杭州市西湖区文三路{}号", "杭州市余杭区五常大道{}号", "浙江杭州滨江区江南大道{}号",
    "上海市浦东新区世纪大道{}号", "上海徐汇区漕溪北路{}号", "江苏省苏州市姑苏区干将东路{}号",
    "南京市鼓楼区中山路{}号", "北京市朝阳区建国路{}号", "广东省深圳市南山区科技园南区{}号",
    "广州天河区体育西路{}号", "成都市武侯区人民南路四段{}号", "福建省厦门市思明区湖滨南路{}号",
    "宁波市鄞州区天童南路{}号", "武汉市洪山区珞喻路{}号",
]
COMPANIES = ["杭州和润茶业有限公司", "上海云栖酒店管理有限公司", "苏州雅集文化创意有限公司",
             "宁波鼎盛礼品有限公司", "深圳市嘉禾科技有限公司", "南京清和装饰工程有限公司", "", "", "", ""]
TAGS = ["礼品采购", "老客户", "爱喝白茶", "价格敏感", "要发票", "茶馆", "高意向", "会员", "婚礼伴手礼"]
SOURCES = ["老客户介绍", "抖音", "小红书", "门店", "展会", "网络搜索", "朋友", "天猫", "转介绍", ""]
OWNERS = ["周敏", "陈浩", "林雪", "吴倩", "小周", ""]
STATES = ["已成交", "跟进中", "有意向", "报价", "新客户", "没戏", ""]
DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")


def person():
    return dice.choice(SURNAMES) + dice.choice(GIVEN)


def mobile():
    return dice.choice(["134", "136", "138", "139", "150", "158", "177", "180", "186", "199"]) + \
        f"{dice.randrange(10**8):08d}"


def messy_phone(number):
    """(cell, kind): as people write it."""
    n = f"{number[:3]} {number[3:7]} {number[7:]}"
    return dice.choices([
        (number, "s"), (float(number), "n"), (n, "s"), (n.replace(" ", "-"), "s"),
        ("+86 " + n, "s"), ("0086" + number, "s"), (number.translate(DIGITS), "s"),
        ("1.38E+10", "s"), (f"{number} / 0571-88{dice.randrange(10**6):06d}", "s"),
        (" " + number + "　", "s"), (number[:-1], "s"), ("", "s"),
    ], [24, 22, 10, 8, 8, 5, 5, 3, 5, 4, 2, 4])[0]


def messy_date():
    day = datetime.date(2023, 6, 1) + datetime.timedelta(days=dice.randrange(900))
    serial = (day - datetime.date(1899, 12, 30)).days
    return dice.choice([
        (serial, "d"), (serial, "d"), (serial, "n"), (f"{day.year}年{day.month}月{day.day}日", "s"),
        (f"{day.year}.{day.month}.{day.day}", "s"), (f"{day.year}/{day.month:02}/{day.day:02}", "s"),
        (day.isoformat(), "s"), (f"{day.month}月{day.day}日", "s"), ("", "s"),
    ])


def messy_tags():
    return dice.choice("、，;/ ").join(dice.sample(TAGS, dice.choice([0, 1, 1, 2, 3])))


def address():
    return dice.choice(["", dice.choice(PLACES).format(dice.randrange(1, 900))])


def row_of(name, number):
    phone = messy_phone(number)
    if dice.random() < 0.08:
        name, phone = f"{name}{number}", ("", "s")
    email = dice.choice(["", "", "", f"{dice.randrange(10**8, 10**9)}@qq.example", "没有", "abc.example"])
    return [(name, "s"), phone, (dice.choice(["", f"wx_{dice.randrange(10**6)}"]), "s"), (email, "s"),
            (dice.choice(COMPANIES), "s"), (dice.choice(SOURCES), "s"), (messy_tags(), "s"),
            (address(), "s"), (dice.choice(STATES), "s"), (dice.choice(OWNERS), "s"), messy_date(),
            (dice.choice([380, 1280.5, 5600, "￥1,280.00", "2.3万", "", ""]), None),
            (dice.choice(["", "", "喜欢素色", "要加厚包装", "电话别打，微信说", "=老客户", "去年退过货"]), "s")]


def cell(ref, value, kind):
    if value == "" or value is None:
        return ""
    if kind is None:
        kind = "s" if isinstance(value, str) else "n"
    if kind == "s":
        return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    style = ' s="1"' if kind == "d" else ""
    return f'<c r="{ref}"{style}><v>{value:.0f}</v></c>' if float(value).is_integer() \
        else f'<c r="{ref}"{style}><v>{value}</v></c>'


def sheet(rows):
    out = ['<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns='
           '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>']
    for number, row in rows:
        cells = "".join(cell(f"{chr(65 + i)}{number}", *c) for i, c in enumerate(row))
        out.append(f'<row r="{number}">{cells}</row>')
    return "".join(out) + "</sheetData></worksheet>"


def text_row(*texts):
    return [(t, "s") for t in texts]


def workbook(path, sheets):
    names = "".join(
        f'<sheet name="{n}" sheetId="{i}"{" state=" + chr(34) + "hidden" + chr(34) if hidden else ""} r:id="rId{i}"/>'
        for i, (n, hidden, _) in enumerate(sheets, 1))
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>' +
        "".join(f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{kinds}.worksheet+xml"/>'
                for i in range(1, len(sheets) + 1)) + "</Types>",
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships">' +
        "".join(f'<Relationship Id="rId{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
                for i in range(1, len(sheets) + 1)) +
        f'<Relationship Id="rId99" Type="{rel}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'{head}<styleSheet xmlns="{main}"><fonts count="1"><font/></fonts><fills count="1">'
        '<fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    for i, (_, _, rows) in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = sheet(rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (2026, 3, 1, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, content)


def make_xlsx():
    people = [(person(), mobile()) for _ in range(140)]
    rows = [(1, text_row("客户资料表（老王整理，勿外传）")),
            (3, text_row("姓名", "联系方式", "微信号", "邮箱", "公司/单位", "来源", "标签", "地址", "客户状态",
                         "负责人", "下次跟进", "成交金额", "备注"))]
    for i, (name, number) in enumerate(people):
        row = row_of(name, number)
        if i == 77:
            row[0] = ("", "s")
        rows.append((4 + i + i // 50, row))
    rows.append((160, text_row("合计", "140 人")))
    old = [(1, text_row("客户名称", "手机号码", "单位", "客户来源", "分类", "业务员", "建档日期", "说明"))]
    again = dice.sample(people, 25) + [(person(), mobile()) for _ in range(35)]
    for i, (name, number) in enumerate(again):
        phone = messy_phone(number if dice.random() < 0.6 else mobile())
        old.append((2 + i, [(name, "s"), phone, (dice.choice(COMPANIES), "s"), (dice.choice(SOURCES), "s"),
                            (messy_tags(), "s"), (dice.choice(OWNERS), "s"), messy_date(),
                            (dice.choice(["", "老表格抄来的", "地址见快递单"]), "s")]))
    words = [(i + 1, text_row(s)) for i, s in enumerate(s for s in SOURCES if s)]
    workbook(HERE / "客户资料_老王.xlsx", [("客户", False, rows), ("2023老客户", False, old), ("字典", True, words)])


def make_english():
    first = "Emily James Sarah Michael Anna Lukas Claire Julien Olivia Daniel Grace Owen".split()
    last = "Miller Brown Schmidt Weber Dubois Martin Kelly Tan Wong Evans Becker O'Neill".split()
    out = io.StringIO()
    w = csv.writer(out, delimiter=";", lineterminator="\r\n")
    w.writerow(["Full Name", "E-mail", "Mobile", "Company", "Country", "City", "Lead Source", "Tags",
                "Next Contact Date", "Order Total", "Notes"])
    places = [("United States", "New York", "+1 212 5"), ("Germany", "Hamburg", "+49 171 2"),
              ("UK", "London", "+44 7512 3"), ("France", "Paris", "+33 6 12 4"), ("Australia", "Sydney", "0061 412 8")]
    for i in range(70):
        f, l = dice.choice(first), dice.choice(last)
        country, city, prefix = dice.choice(places)
        size = 5 if prefix.startswith(("+33", "+44", "0061")) else 6
        phone = prefix + f"{dice.randrange(10**size):0{size}d}"
        mail = f"{f}.{l}{i}@trade.example".lower().replace("'", "")
        if i == 11:
            mail = f"{f} at trade.example"
        w.writerow([f"{f} {l}" if i % 9 else f"{l}, {f}", mail.upper() if i % 13 == 5 else mail,
                    phone if i % 10 else "n/a", dice.choice([f"{l} Tea Co.", f"{l} Imports", ""]), country, city,
                    dice.choice(["Trade fair", "Alibaba", "Referral", "Website", ""]),
                    dice.choice(["wholesale, tea", "gifts", "OEM / private label", ""]),
                    dice.choice(["2026-04-02", "04/05/2026", "5 May 2026", "", ""]),
                    dice.choice(["USD 1,280.00", "5600", "€2.340,50", ""]),
                    dice.choice(["", "Met in Canton\nasked for samples", "=HYPERLINK(\"http://x.example\")",
                                 "prefers \"plain\" boxes"])])
    (HERE / "customers-en.csv").write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())


def fold(line):
    """vCard lines are folded after 75 bytes, never inside a character."""
    out, size = "", 0
    for c in line:
        n = len(c.encode())
        if size + n > 74:
            out, size = out + "\r\n ", 1
        out, size = out + c, size + n
    return out


def make_vcf():
    lines = []
    for i in range(60):
        name = person()
        lines += ["BEGIN:VCARD", "VERSION:3.0"]
        if i != 17:
            lines += [f"N:{name[0]};{name[1:]};;;", f"FN:{name}"]
        phone = messy_phone(mobile())[0] if i % 6 == 0 else mobile()
        lines.append(f"TEL;TYPE=CELL:{phone:.0f}" if isinstance(phone, float) else f"TEL;TYPE=CELL:{phone}")
        if i % 4 == 0:
            lines.append(f"TEL;TYPE=WORK,VOICE:0571-88{dice.randrange(10**6):06d}")
        if i % 3 == 0:
            lines.append(f"EMAIL;TYPE=INTERNET:{dice.randrange(10**8, 10**9)}@qq.example")
        company = dice.choice(COMPANIES)
        if company:
            lines += [f"ORG:{company};采购部", "TITLE:采购"]
        if i % 5 == 0:
            lines.append(f"ADR;TYPE=WORK:;;西湖区文三路{i}号;杭州市;浙江省;310000;中国")
        if i % 7 == 0:
            lines.append(f"BDAY:{1970 + i % 35}-0{1 + i % 9}-1{i % 10}")
        if i % 8 == 0:
            lines.append("NOTE:展会上认识的\\, 对茶礼有兴趣\\n回来要寄样品，记得附上新的画册和去年的报价单，他们老板也爱喝茶")
        if i % 6 == 1:
            lines.append("CATEGORIES:展会,礼品")
        lines.append("END:VCARD")
    (HERE / "通讯录.vcf").write_bytes("".join(fold(line) + "\r\n" for line in lines).encode())


def make_till():
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\r\n")
    w.writerow(["会员卡号", "会员姓名", "性别", "手机", "生日", "累计消费", "最近消费", "归属门店", ""])
    for i in range(120):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(days=dice.randrange(800))
        row = [f"\t{80000000 + i * 37}", person(), dice.choice(["男", "女", "先生", "女士", ""]), f"\t{mobile()}",
               dice.choice([f"{1965 + i % 40}-{1 + i % 12}-{1 + i % 28}", f"{1 + i % 12}.{1 + i % 28}", ""]),
               f"{dice.randrange(30, 9000)}.{dice.randrange(100):02d}", f"{day.year}/{day.month}/{day.day} 15:20",
               dice.choice(["湖滨店", "静安店"]), dice.choice(["", "爱喝普洱", "昵称：囍囍", "㙍"])]
        w.writerow(row[:4] if i in (40, 81) else row)
    (HERE / "会员导出_GB18030.csv").write_bytes(out.getvalue().encode("gb18030"))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    make_xlsx()
    make_english()
    make_vcf()
    make_till()
