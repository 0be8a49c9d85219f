#include "main/features.h"

#include "core/bulk.h"
#include "core/export.h"
#include "core/import.h"
#include "core/merge.h"
#include "crm/about/about.h"
#include "crm/follow_up/follow_up.h"
#include "crm/order/order.h"
#include "crm/relation/relation.h"
#include "crm/tag/tag.h"

void features_attach(void)
{
    bulk_attach();
    export_attach();
    import_attach();
    merge_attach();
    about_attach();
    follow_up_attach();
    order_attach();
    relation_attach();
    tag_attach();
}
