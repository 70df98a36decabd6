/* SPDX-License-Identifier: MIT */
#include "aws/date.h"

#include <stdio.h>
#include <time.h>

/* Days from 1970-01-01 to a day of the proleptic Gregorian calendar; the year begins in March, so that the leap day is its
 * last (Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
static int64_t days_from(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool seconds_of(int year, int month, int day, int hour, int minute, int second, int64_t *out)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day < 1 || day > lengths[month - 1] + (leap && month == 2)) return false;
    *out = days_from(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    return true;
}

/* Whether text has the form of pattern: '0' stands for a digit, 'A' for any character; digits are gathered in groups. */
static bool matches(struct ink_view text, const char *pattern, int groups[6])
{
    int group = -1;
    char before = 0;
    if (text.len != strlen(pattern)) return false;
    for (size_t i = 0; i < text.len; before = pattern[i++]) {
        char c = (char)text.data[i];
        if (pattern[i] == '0' || pattern[i] == '1') {
            /* 0 and 1 take turns, so that groups without anything between them stay apart */
            if (c < '0' || c > '9') return false;
            if (before != pattern[i]) groups[++group] = 0;
            groups[group] = groups[group] * 10 + (c - '0');
        } else if (pattern[i] != 'A' && c != pattern[i]) {
            return false;
        }
    }
    return true;
}

bool ink_date_basic(struct ink_view text, int64_t *seconds)
{
    int g[6];
    return matches(text, "00001100T001100Z", g) && seconds_of(g[0], g[1], g[2], g[3], g[4], g[5], seconds);
}

bool ink_date_http(struct ink_view text, int64_t *seconds)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int g[6], month = 0;
    if (!matches(text, "AAA, 00 AAA 0000 00:00:00 GMT", g)) return false;
    for (int i = 0; i < 12; i++)
        if (memcmp(text.data + 8, months + 3 * i, 3) == 0) month = i + 1;
    return seconds_of(g[1], month, g[0], g[2], g[3], g[4], seconds);
}

bool ink_date_iso_ms(struct ink_view text, int64_t *ms)
{
    int g[6];
    int64_t seconds, fraction = 0, unit = 100;
    if (text.len < 20 || text.data[text.len - 1] != 'Z') return false;
    if (!matches(ink_view_of(text.data, 19), "0000-00-00T00:00:00", g)) return false;
    if (!seconds_of(g[0], g[1], g[2], g[3], g[4], g[5], &seconds)) return false;
    if (text.len > 20 && text.data[19] != '.') return false;
    for (size_t i = 20; i + 1 < text.len; i++, unit /= 10) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        fraction += unit * (text.data[i] - '0');
    }
    *ms = seconds * 1000 + fraction;
    return true;
}

void ink_date_basic_text(int64_t seconds, char out[INK_DATE_BASIC_LEN + 1])
{
    time_t moment = (time_t)seconds;
    struct tm utc;
    char text[80];
    gmtime_r(&moment, &utc);
    snprintf(text, sizeof text, "%04d%02d%02dT%02d%02d%02dZ", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
             utc.tm_hour, utc.tm_min, utc.tm_sec);
    snprintf(out, INK_DATE_BASIC_LEN + 1, "%.16s", text);
}
