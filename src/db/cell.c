/* cell: what a row holds in a column, as the type that is asked for. */
#include "db/driver.h"

value db_cell(const struct db_rows *rows, size_t column)
{
    return column < rows->columns ? rows->conn->db->driver->cell(rows, column) : V_NULL;
}

bool db_is_null(const struct db_rows *rows, size_t column)
{
    return db_cell(rows, column).kind == VALUE_NULL;
}

int64_t db_int(const struct db_rows *rows, size_t column)
{
    value v = db_cell(rows, column);
    int64_t parsed = 0;
    switch (v.kind) {
    case VALUE_INT:
        return v.i;
    case VALUE_BOOL:
        return v.b;
    case VALUE_REAL:
        return v.r > -0x1p63 && v.r < 0x1p63 ? (int64_t)v.r : 0;
    case VALUE_TEXT:
        return str_to_int(v.s, &parsed) == OK ? parsed : 0;
    case VALUE_NULL:
        break;
    }
    return 0;
}

double db_real(const struct db_rows *rows, size_t column)
{
    value v = db_cell(rows, column);
    double parsed = 0;
    if (v.kind == VALUE_REAL)
        return v.r;
    if (v.kind == VALUE_TEXT)
        return str_to_real(v.s, &parsed) == OK ? parsed : 0;
    return v.kind == VALUE_INT ? (double)v.i : 0;
}

bool db_bool(const struct db_rows *rows, size_t column)
{
    value v = db_cell(rows, column);
    return v.kind == VALUE_BOOL ? v.b : v.kind == VALUE_INT && v.i != 0;
}

str db_text(const struct db_rows *rows, size_t column)
{
    return column < rows->columns ? rows->conn->db->driver->text(rows, column) : (str){0};
}
