/* Every ceiling in one place. Bytes unless the name says otherwise. */
#pragma once

enum {
    KIB = 1024,
    MIB = 1024 * KIB,

    /* input (security I1, I2, I4) */
    LIMIT_JSON_BYTES = 1 * MIB,
    LIMIT_JSON_DEPTH = 32,
    LIMIT_JSON_MEMBERS = 10000,
    LIMIT_HTTP_LINE = 8 * KIB,
    LIMIT_HTTP_HEADERS = 16 * KIB,
    LIMIT_HTTP_HEADER_COUNT = 64,
    LIMIT_HTTP_HEADER_SECONDS = 10,
    LIMIT_HTTP_IDLE_SECONDS = 60,
    LIMIT_HTTP_BODY_RATE = 1 * KIB, /* a second, least */
    LIMIT_HTTP_BODY_GRACE_SECONDS = 10,
    LIMIT_HTTP_DRAIN = 1 * MIB, /* of a refused body, so that its sender sees the answer */
    LIMIT_UPLOAD_BYTES = 100 * MIB,
    LIMIT_IMAGE_PIXELS = 40000000,
    LIMIT_ARCHIVE_INFLATED = 1024 * MIB,
    LIMIT_ARCHIVE_RATIO = 100,
    LIMIT_ARCHIVE_ENTRIES = 1000,
    LIMIT_ARCHIVE_RATIO_FROM = 100 * MIB, /* the ratio counts from here on */
    LIMIT_XML_DEPTH = 32,
    LIMIT_SHEET_COLUMNS = 1000,
    LIMIT_SHEET_ROW = 4 * MIB,
    LIMIT_SHEET_SHEETS = 500,
    LIMIT_PROBLEMS = 100,

    /* work */
    LIMIT_REQUEST_ARENA = 256 * MIB,
    LIMIT_RESPONSE_BYTES = 64 * MIB,
    LIMIT_REQUEST_MS = 20000,   /* for all that a request asks of the database */
    LIMIT_LIST_PAGE = 200,      /* records */
    LIMIT_PAGE_BYTES = 8 * MIB, /* of what is read for one page; the last of it may go beyond */
    LIMIT_BATCH_ITEMS = 100,
    LIMIT_WORD_HITS = 100000, /* records that words may find for an export or a bulk change */
    LIMIT_CONDITION_DEPTH = 12,
    LIMIT_CONDITION_NODES = 300,
    LIMIT_CONDITION_LIST = 1000, /* values of one `in` */
    LIMIT_CONDITION_TEXT = 1000, /* characters of one `contains` or `startsWith` */
    LIMIT_PATH_LINKS = 3,        /* links in one path */
    LIMIT_SQL_BYTES = 256 * KIB,
    LIMIT_SCRIPT_BYTES = 16 * MIB, /* of a schema */
    LIMIT_SQL_PARAMS = 8000,
    LIMIT_FORMULA_NODES = 200,

    /* model */
    LIMIT_OBJECTS = 500,
    LIMIT_FIELDS = 400, /* of one object */
    LIMIT_CHOICES = 2000,
    LIMIT_TEXT_CHARS = 100000,    /* of one value, in code points */
    LIMIT_JSON_VALUE = 256 * KIB, /* of one value, where its field says nothing else */
    LIMIT_JSON_VALUE_MOST = 4 * MIB,
};
