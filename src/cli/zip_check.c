/* SPDX-License-Identifier: MIT */
#include "cli/zip_check.h"

#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/function_zip.h"
#include "cli/zip.h"

struct check {
    struct ink_view zip;
    struct ink_zip_report *report;
    struct ink_buffer program, scratch; /* bootstrap; any other file */
    char nested[INK_ZIP_NAME_MAX + 1];  /* "function/bootstrap"; "": none */
    char similar[INK_ZIP_NAME_MAX + 1]; /* "Bootstrap" or "bootstrap.sh" */
    char handler[INK_ZIP_NAME_MAX + 1]; /* "lambda_function.py" */
    bool unpacked;                      /* bootstrap is in `program` */
    uint64_t unreadable;
};

/* --- one file ----------------------------------------------------------------------------------------------------- */

static bool leads_out(const char *name)
{
    if (name[0] == '/') return true;
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (!strncmp(part, "..", 2) && (part[2] == '/' || part[2] == '\0')) return true;
    }
    return false;
}

static void check_name(struct ink_findings *findings, const struct ink_zip_entry *e)
{
    if (e->name_cut)
        ink_findings_add(findings, INK_FINDING_ERROR, "%.80s...: the name has more than %d characters, or a NUL in it",
                         e->name, INK_ZIP_NAME_MAX);
    else if (e->name[0] == '\0')
        ink_findings_add(findings, INK_FINDING_ERROR, "a file in it has no name");
    else if (leads_out(e->name))
        ink_findings_add(findings, INK_FINDING_ERROR, "%.200s: this path leads out of the function's folder", e->name);
    else if (strchr(e->name, '\\'))
        ink_findings_add(
            findings, INK_FINDING_ERROR,
            "%.200s: its folders are parted by \\, which on Linux belongs to the name: zip it with another program",
            e->name);
}

static void copy_name(char *out, const char *name)
{
    if (!*out) memcpy(out, name, strlen(name) + 1);
}

/* What people have where bootstrap should be. */
static void look_for_mistakes(struct check *c, const char *name)
{
    static const char *const others[] = {"Bootstrap", "bootstrap.sh", "bootstrap.exe", "bootstrap.txt", "bootstrap.py"};
    static const char *const handlers[] = {".py", ".js", ".mjs", ".cjs", ".rb", ".jar", ".class", ".dll"};
    const char *slash = strrchr(name, '/');
    if (slash && !strcmp(slash, "/bootstrap")) copy_name(c->nested, name);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (ink_text_equal_nocase(name, others[i])) copy_name(c->similar, name);
    for (size_t i = 0; !slash && i < sizeof handlers / sizeof handlers[0]; i++)
        if (ink_text_ends_nocase(name, handlers[i])) copy_name(c->handler, name);
}

/* Permissions of the file that is to be started. The function runs as a user who does not own it. */
static void check_mode(struct ink_findings *findings, const struct ink_zip_entry *e)
{
    unsigned type = e->mode & S_IFMT;
    if (!e->unix_mode)
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: the zip was made where files have no run bit (Windows), so it will not be run "
                         "(\"permission denied\"): zip it on Linux or macOS, in WSL, or with `inkling package`");
    else if (type && type != S_IFREG)
        ink_findings_add(findings, INK_FINDING_ERROR, "bootstrap: it is a %s, not a file: zip what it points to",
                         type == S_IFLNK ? "symbolic link" : "special file");
    else if ((e->mode & (S_IROTH | S_IXOTH)) != (S_IROTH | S_IXOTH))
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "bootstrap: it has mode %04o, so it %s: chmod 755 bootstrap, then zip it again",
                         e->mode & 07777, e->mode & 0111 ? "may not be run by the function's user" : "has no run bit");
}

static ink_status unpack(struct check *c, struct ink_zip_reader *reader, const struct ink_zip_entry *e, bool *over)
{
    struct ink_zip_report *report = c->report;
    struct ink_error why = {0};
    bool first_bootstrap = !strcmp(e->name, "bootstrap") && !report->has_bootstrap;
    struct ink_buffer *into = first_bootstrap ? &c->program : &c->scratch;
    ink_buffer_clear(into);
    into->cap_bytes = (size_t)(INK_UNPACKED_BYTES_MAX - report->unpacked_bytes);
    ink_status st = ink_zip_content(reader, e, into, &why);
    report->unpacked_bytes += into->len;
    *over = st == INK_E_LIMIT;
    if (st == INK_E_OOM) return st;
    if (st && !*over) ink_findings_add(&report->findings, INK_FINDING_ERROR, "%.200s: %s", e->name, why.text);
    if (first_bootstrap) {
        report->has_bootstrap = true;
        c->unpacked = !st;
        check_mode(&report->findings, e);
    } else if (!strcmp(e->name, "bootstrap")) {
        ink_findings_add(&report->findings, INK_FINDING_ERROR, "bootstrap: it is in the zip twice");
    }
    return INK_OK;
}

static ink_status look_at(struct check *c, struct ink_zip_reader *reader, const struct ink_zip_entry *e, bool *over)
{
    size_t len = strlen(e->name);
    check_name(&c->report->findings, e);
    if (len && e->name[len - 1] == '/') return INK_OK; /* a folder */
    c->report->files++;
    look_for_mistakes(c, e->name);
    if (e->unix_mode && e->mode && !(e->mode & S_IROTH) && strcmp(e->name, "bootstrap") != 0) c->unreadable++;
    return unpack(c, reader, e, over);
}

/* --- all files ------------------------------------------------------------------------------------------------------ */

static ink_status walk(struct check *c, struct ink_zip_reader *reader, struct ink_error *err)
{
    struct ink_zip_entry entry;
    struct ink_findings *findings = &c->report->findings;
    bool more = true, over = false;
    while (more && !over) {
        struct ink_error why = {0};
        if (ink_zip_next(reader, &entry, &more, &why)) {
            ink_findings_add(findings, INK_FINDING_ERROR, "%s", why.text);
            break;
        }
        if (more && look_at(c, reader, &entry, &over))
            return ink_fail(err, INK_E_OOM, "no memory to unpack %.200s", entry.name);
    }
    if (over)
        ink_findings_add(
            findings, INK_FINDING_ERROR,
            "its files are more than the %d MB that a function may have unpacked (%.200s goes over it): leave "
            "out what is not needed",
            INK_UNPACKED_BYTES_MAX >> 20, entry.name);
    return INK_OK;
}

static bool has_file(void *arg, const char *name)
{
    struct check *c = arg;
    struct ink_zip_reader reader;
    struct ink_zip_entry entry;
    bool found = false, more = true;
    if (!ink_zip_reader_open(&reader, c->zip, NULL))
        while (!found && !ink_zip_next(&reader, &entry, &more, NULL) && more) found = !strcmp(entry.name, name);
    ink_zip_reader_close(&reader);
    return found;
}

static void no_bootstrap(const struct check *c, struct ink_findings *findings)
{
    if (*c->nested) {
        int folder = (int)(strrchr(c->nested, '/') - c->nested);
        ink_findings_add(findings, INK_FINDING_ERROR,
                         "the folder was zipped instead of its files: there is %.150s, and it must be bootstrap: "
                         "cd %.*s && zip -r ../function.zip .",
                         c->nested, folder < 150 ? folder : 150, c->nested);
    } else if (*c->similar) {
        ink_findings_add(findings, INK_FINDING_ERROR, "there is no bootstrap: %.150s must have just that name",
                         c->similar);
    } else {
        ink_findings_add(findings, INK_FINDING_ERROR, "there is no bootstrap at its top, which is what is started");
    }
    if (*c->handler)
        ink_findings_add(
            findings, INK_FINDING_WARNING,
            "%.150s is for another runtime (python3.x, nodejs2x.x ...); this looks at what provided.al2023 wants",
            c->handler);
}

static void check_whole(struct check *c, const char *arch)
{
    struct ink_zip_report *report = c->report;
    struct ink_findings *findings = &report->findings;
    if (c->zip.len > INK_ZIP_BYTES_MAX)
        ink_findings_add(findings, INK_FINDING_WARNING,
                         "it has %.1f MB: over %d MB Lambda takes a zip from a bucket only, not in the upload itself",
                         (double)c->zip.len / 1e6, INK_ZIP_BYTES_MAX >> 20);
    if (c->unreadable)
        ink_findings_add(
            findings, INK_FINDING_WARNING,
            "%llu files may not be read by others, and so not by the function: chmod -R o+rX . before zipping",
            (unsigned long long)c->unreadable);
    if (!report->has_bootstrap) {
        no_bootstrap(c, findings);
        return;
    }
    if (!c->unpacked) return;
    report->bootstrap = (struct ink_bootstrap){
        .bytes = ink_buffer_view(&c->program), .wanted_arch = arch, .has_file = has_file, .arg = c};
    ink_bootstrap_check(&report->bootstrap, findings);
    report->bootstrap.bytes = (struct ink_view){0};
}

ink_status ink_zip_check(struct ink_view zip, const char *arch, struct ink_zip_report *out, struct ink_error *err)
{
    struct check c = {.zip = zip, .report = out};
    struct ink_zip_reader reader;
    struct ink_error why = {0};
    *out = (struct ink_zip_report){0};
    ink_buffer_init(&c.program, INK_UNPACKED_BYTES_MAX);
    ink_buffer_init(&c.scratch, INK_UNPACKED_BYTES_MAX);
    ink_status st = INK_OK;
    if (ink_zip_reader_open(&reader, zip, &why))
        ink_findings_add(&out->findings, INK_FINDING_ERROR, "%s", why.text);
    else
        st = walk(&c, &reader, err);
    if (!st && reader.zip) check_whole(&c, arch);
    ink_zip_reader_close(&reader);
    ink_buffer_cleanup(&c.program);
    ink_buffer_cleanup(&c.scratch);
    return st;
}
