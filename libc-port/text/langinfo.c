/* SPDX-License-Identifier: Apache-2.0 */
/* nl_langinfo: there are the C locale and C.UTF-8, alike but for the codeset.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define ITEM(name, text)                                                       \
    case name:                                                                 \
        return (char *)text

char *nl_langinfo(nl_item item)
{
    switch (item) {
        ITEM(CODESET, (MB_CUR_MAX > 1 ? "UTF-8" : "ANSI_X3.4-1968"));
        ITEM(D_T_FMT, "%a %b %e %H:%M:%S %Y");
        ITEM(D_FMT, "%m/%d/%y");
        ITEM(T_FMT, "%H:%M:%S");
        ITEM(T_FMT_AMPM, "%I:%M:%S %p");
        ITEM(AM_STR, "AM");
        ITEM(PM_STR, "PM");
        ITEM(DAY_1, "Sunday");
        ITEM(DAY_2, "Monday");
        ITEM(DAY_3, "Tuesday");
        ITEM(DAY_4, "Wednesday");
        ITEM(DAY_5, "Thursday");
        ITEM(DAY_6, "Friday");
        ITEM(DAY_7, "Saturday");
        ITEM(ABDAY_1, "Sun");
        ITEM(ABDAY_2, "Mon");
        ITEM(ABDAY_3, "Tue");
        ITEM(ABDAY_4, "Wed");
        ITEM(ABDAY_5, "Thu");
        ITEM(ABDAY_6, "Fri");
        ITEM(ABDAY_7, "Sat");
        ITEM(MON_1, "January");
        ITEM(MON_2, "February");
        ITEM(MON_3, "March");
        ITEM(MON_4, "April");
        ITEM(MON_5, "May");
        ITEM(MON_6, "June");
        ITEM(MON_7, "July");
        ITEM(MON_8, "August");
        ITEM(MON_9, "September");
        ITEM(MON_10, "October");
        ITEM(MON_11, "November");
        ITEM(MON_12, "December");
        ITEM(ABMON_1, "Jan");
        ITEM(ABMON_2, "Feb");
        ITEM(ABMON_3, "Mar");
        ITEM(ABMON_4, "Apr");
        ITEM(ABMON_5, "May");
        ITEM(ABMON_6, "Jun");
        ITEM(ABMON_7, "Jul");
        ITEM(ABMON_8, "Aug");
        ITEM(ABMON_9, "Sep");
        ITEM(ABMON_10, "Oct");
        ITEM(ABMON_11, "Nov");
        ITEM(ABMON_12, "Dec");
        ITEM(RADIXCHAR, ".");
        ITEM(THOUSEP, "");
        ITEM(YESEXPR, "^[yY]");
        ITEM(NOEXPR, "^[nN]");
        ITEM(CRNCYSTR, "-");
    default:
        return (char *)"";
    }
}

char *nl_langinfo_l(nl_item item, locale_t locale)
{
    (void)locale;
    return nl_langinfo(item);
}
