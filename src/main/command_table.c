#include "main/command.h"
#include "main/backup.h"

#define DB                                                                                         \
    {                                                                                              \
        "db", "URL", true, "the database: sqlite:PATH or postgresql://…",                          \
            "数据库：sqlite:路径 或 postgresql://…"                                       \
    }
#define DATA                                                                                       \
    {                                                                                              \
        "data", "DIR", false, "folder for files and keys (default: beside the database)",          \
            "存放文件与密钥的目录（默认在数据库旁）"                            \
    }
#define LISTEN                                                                                     \
    {                                                                                              \
        "listen", "HOST:PORT", false, "where to listen (default 127.0.0.1:8080)",                  \
            "监听地址（默认 127.0.0.1:8080）"                                              \
    }
#define URL                                                                                        \
    {                                                                                              \
        "url", "URL", false, "address of the screen (default: where the server listens)",          \
            "网页地址（默认为服务的监听地址）"                                     \
    }
#define NODE                                                                                          \
    {                                                                                                 \
        "node", "N", false,                                                                           \
            "number of this process, 0 to 1023 (default: one that no other process on the "           \
            "database has)",                                                                          \
            "本进程编号 0–1023（默认：同一数据库上别的进程没有用的一个）" \
    }

const struct command COMMANDS[] = {
    {
        "serve",
        NULL,
        "run the server",
        "运行服务",
        {DB,
         DATA,
         LISTEN,
         NODE,
         {"role", "ROLE", false, "all, web or worker (default all)",
          "all、web 或 worker（默认 all）"},
         {"workers", "N", false, "threads that answer requests (default 16)",
          "处理请求的线程数（默认 16）"},
         {"tls-cert", "FILE", false, "certificate, to speak HTTPS without a proxy",
          "证书，直接提供 HTTPS"},
         {"tls-key", "FILE", false, "private key of the certificate", "证书私钥"},
         {"proxies", "LIST", false, "addresses of proxies whose X-Forwarded-For is believed",
          "可信代理的地址（采信其 X-Forwarded-For）"}},
        .run = command_serve,
    },
    {
        "init",
        NULL,
        "prepare an empty enterprise",
        "建立一个空的企业",
        {DB,
         DATA,
         {"admin-email", "EMAIL", true, "the first administrator", "第一位管理员的邮箱"},
         {"admin-password-file", "FILE", true, "holds the password; - is standard input",
          "内含密码的文件；- 表示标准输入"},
         {"admin-name", "NAME", false, "the administrator's name", "管理员姓名"},
         {"enterprise", "NAME", false, "the enterprise's name", "企业名称"},
         {"currency", "CODE", false, "base currency (default CNY)", "本位币（默认 CNY）"},
         {"time-zone", "ZONE", false, "time zone (default Asia/Shanghai)",
          "时区（默认 Asia/Shanghai）"},
         {"region", "CODE", false,
          "country of phone numbers without one, such as TW (default: of the time zone or "
          "currency)",
          "没有写国家的电话属于哪里，如 TW（默认按时区或本位币）"},
         {"language", "TAG", false, "zh-CN, zh-TW or en (default zh-CN)",
          "zh-CN、zh-TW 或 en（默认 zh-CN）"}},
        .secret_file = "admin-password-file",
        .run = command_init,
    },
    {
        "demo",
        NULL,
        "make and serve the demo enterprise",
        "生成并运行演示企业",
        {DB,
         DATA,
         LISTEN,
         NODE,
         {"customers", "N", false, "how many customers (default 5000)", "客户数（默认 5000）"},
         {"seed", "N", false, "the same seed gives the same data (default 1)",
          "种子，相同种子得到相同数据（默认 1）"},
         {"now", "DATE", false, "the demo's today (default: today)", "演示中的“今天”（默认当天）"},
         {"no-serve", NULL, false, "only make the data", "只生成数据，不启动服务"}},
        .run = command_demo,
    },
    {
        "demo password",
        NULL,
        "make a new one-time password for the demo",
        "为演示企业生成新的一次性密码",
        {DB, DATA, NODE},
        .work = work_demo_password,
    },
    {
        "token create",
        NULL,
        "print a new API token",
        "生成一个 API 令牌",
        {DB,
         DATA,
         NODE,
         {"user", "EMAIL", true, "whose rights it has", "令牌所属用户"},
         {"name", "NAME", true, "what it is for", "用途"},
         {"scopes", "LIST", false,
          "what it may do, such as customers:read,orders:* (default: all the user may)",
          "可做什么，如 customers:read,orders:*（默认：该用户可做的一切）"},
         {"days", "N", false, "how long it is valid (default 365)", "有效天数（默认 365）"}},
        .work = work_token_create,
    },
    {
        "user add",
        NULL,
        "add a user",
        "添加用户",
        {DB,
         DATA,
         NODE,
         {"email", "EMAIL", true, "to sign in with", "登录邮箱"},
         {"name", "NAME", true, "the user's name", "姓名"},
         {"role", "KEY", true, "key of the role: administrator, sales …",
          "角色标识：administrator、sales …"},
         {"password-file", "FILE", false,
          "holds the password; - is standard input (default: print a link to set one)",
          "内含密码的文件；- 表示标准输入（默认打印设置密码的链接）"},
         URL},
        .secret_file = "password-file",
        .work = work_user_add,
    },
    {
        "user invite",
        NULL,
        "print a link by which a user sets a password",
        "生成一个链接，用户凭它设置密码",
        {DB, DATA, NODE, {"email", "EMAIL", true, "whose", "哪位用户"}, URL},
        .work = work_user_invite,
    },
    {
        "user password",
        NULL,
        "set a user's password",
        "设置用户密码",
        {DB,
         DATA,
         NODE,
         {"email", "EMAIL", true, "whose", "哪位用户"},
         {"password-file", "FILE", true, "holds the password; - is standard input",
          "内含密码的文件；- 表示标准输入"}},
        .secret_file = "password-file",
        .work = work_user_password,
    },
    {
        "backup",
        "FOLDER",
        "copy database and files into a new folder, also while the server runs",
        "把数据库与文件备份到新目录，服务运行时亦可",
        {DB, DATA},
        .run = command_backup,
    },
    {
        "restore",
        "FOLDER",
        "put a backup into an empty database and data folder",
        "把备份恢复到空的数据库与数据目录",
        {DB, DATA},
        .run = command_restore,
    },
    {
        "import undo",
        NULL,
        "take back what an import has written",
        "撤销一次导入",
        {DB,
         DATA,
         NODE,
         {"import", "ID", true, "the id that the import printed", "导入时打印的编号"},
         {"user", "EMAIL", false, "act as this user (default: the server itself)",
          "以此用户身份执行（默认为系统）"}},
        .work = work_import_undo,
    },
    {
        "import",
        "FILE",
        "import customers and the like from .xlsx, .csv or .vcf",
        "从 .xlsx、.csv、.vcf 导入客户等",
        {DB,
         DATA,
         NODE,
         {"object", "NAME", false, "what the rows are (default customer)",
          "每行是什么（默认 customer）"},
         {"user", "EMAIL", false, "act as this user, who becomes the owner of what has none",
          "以此用户身份执行；没有负责人的记录归其所有"},
         {"map", "FILE", false, "JSON: {\"header\": \"field\", …}, or {\"columns\": […]}",
          "JSON：{\"表头\": \"字段\", …} 或 {\"columns\": […]}"},
         {"policy", "WORD", false,
          "when a record exists: skip, update_empty, overwrite, create, ask (default "
          "update_empty)",
          "已存在时：skip、update_empty、overwrite、create、ask（默认 update_empty）"},
         {"source", "TEXT", false, "source of rows that name none", "没有来源的行记为此来源"},
         {"strict", NULL, false, "refuse rows with a cell that cannot be read",
          "有任何一格读不懂就拒绝整行"},
         {"dry-run", NULL, false, "only report what would be done", "只报告，不写入"}},
        .files = true,
        .work = work_import,
    },
    {
        "export",
        "FILE",
        "write a list to a file",
        "把列表导出为文件",
        {DB,
         DATA,
         NODE,
         {"object", "NAME", false, "which (default customer)", "导出什么（默认 customer）"},
         {"format", "WORD", false, "xlsx or csv (default by the file's name)",
          "xlsx 或 csv（默认看文件名）"},
         {"where", "JSON", false, "a condition", "条件"},
         {"fields", "LIST", false,
          "names of fields, separated by commas (default: those of the "
          "list)",
          "字段名，以逗号分隔（默认为列表的列）"},
         {"sort", "FIELD", false, "field to sort by, - before it: downwards",
          "排序字段，前面加 - 为倒序"},
         {"user", "EMAIL", false, "act as this user (default: the server itself)",
          "以此用户身份执行（默认为系统）"}},
        .files = true,
        .work = work_export,
    },
    {
        "check",
        NULL,
        "find what does not agree, as JSON",
        "检查数据是否一致，输出 JSON",
        {DB,
         DATA,
         NODE,
         {"repair", NULL, false, "count wrong roll-ups anew", "重新计算有误的汇总字段"}},
        .old_key = true,
        .work = work_check,
    },
    {
        "migrate",
        NULL,
        "bring the database to this version",
        "把数据库升级到本版本",
        {DB,
         DATA,
         {"plan", NULL, false, "print the SQL and change nothing", "只打印 SQL，不做改动"}},
        .run = command_migrate,
    },
    {"version", NULL, "print the version", "打印版本", {{0}}, .run = command_version},
};
const size_t COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS;
