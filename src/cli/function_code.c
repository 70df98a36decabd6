/* SPDX-License-Identifier: MIT */
#include "cli/function_code.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/beside.h"
#include "cli/unpack.h"
#include "cli/zip_check.h"

/* "x86_64" or "arm64", as Lambda says it. */
static const char *this_arch(void)
{
    static struct utsname name;
    if (uname(&name)) return "";
    return !strcmp(name.machine, "aarch64") ? "arm64" : name.machine;
}

/* Looks for a program in the folders of PATH. */
static bool find_in_path(const char *name, char out[PATH_MAX])
{
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/usr/bin:/bin"; *at; at += *at == ':') {
        size_t len = strcspn(at, ":");
        if (len && snprintf(out, PATH_MAX, "%.*s/%s", (int)len, at, name) < PATH_MAX && !access(out, X_OK)) return true;
        at += len;
    }
    *out = '\0';
    return false;
}

static ink_status choose_emulator(struct ink_function_code *code, const struct ink_bootstrap *bootstrap,
                                  struct ink_error *err)
{
    const char *arch = bootstrap->arch, *here = this_arch();
    char name[64];
    if (!arch || !strcmp(arch, here)) return INK_OK;
    if (!bootstrap->is_static)
        return ink_fail(err, INK_E_UNSUPPORTED,
                        "it is for %s and needs shared libraries of that processor; this machine is %s", arch, here);
    snprintf(name, sizeof name, "qemu-%s-static", !strcmp(arch, "arm64") ? "aarch64" : arch);
    if (find_in_path(name, code->emulator)) return INK_OK;
    return ink_fail(err, INK_E_UNSUPPORTED,
                    "it is for %s, and this machine is %s: install %s (Debian: qemu-user-static), or package for this "
                    "one (inkling package --arch %s)",
                    arch, here, name, here);
}

static ink_status make_folder(struct ink_function_code *code, struct ink_error *err)
{
    const char *tmp = getenv("TMPDIR");
    char path[PATH_MAX];
    /* root has another user run it */
    if (snprintf(path, sizeof path, "%s/inkling-invoke-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp") >= PATH_MAX ||
        !mkdtemp(path) || (geteuid() == 0 && chmod(path, 0755)))
        return ink_fail(err, INK_E_IO, "%s: no folder can be made to unpack it in: %s", path, strerror(errno));
    snprintf(code->folder, sizeof code->folder, "%s", path);
    code->temporary = true;
    return INK_OK;
}

static ink_status open_bytes(struct ink_function_code *code, struct ink_view zip, struct ink_error *err)
{
    static struct ink_zip_report report; /* large */
    ink_status st = ink_zip_check(zip, NULL, &report, err);
    code->findings = report.findings;
    if (!st && report.findings.errors) st = ink_fail(err, INK_E_FORMAT, "Lambda would not start it");
    if (!st) st = choose_emulator(code, &report.bootstrap, err);
    if (!st) st = make_folder(code, err);
    if (!st) st = ink_unpack(zip, code->folder, err);
    if (!st && snprintf(code->program, sizeof code->program, "%s/bootstrap", code->folder) >= PATH_MAX)
        st = ink_fail(err, INK_E_LIMIT, "the path of the temporary folder is too long");
    return st;
}

static ink_status open_zip(struct ink_function_code *code, const char *path, struct ink_error *err)
{
    struct ink_mapping file;
    ink_status st = ink_file_map(path, &file, err);
    if (st) return st;
    st = open_bytes(code, file.bytes, err);
    ink_file_unmap(&file);
    return st ? ink_fail_in(err, "%s", path) : INK_OK;
}

static ink_status open_beside(struct ink_function_code *code, struct ink_error *err)
{
    if (!ink_beside("bootstrap", code->program))
        return ink_fail(err, INK_E_NOT_FOUND, "%s: it is not there: build it with `./do build`, or give a zip (--zip)",
                        code->program);
    snprintf(code->folder, sizeof code->folder, "%s", code->program);
    *strrchr(code->folder, '/') = '\0';
    return INK_OK;
}

ink_status ink_function_code_open(const char *zip, unsigned tmp_mb, struct ink_function_code *out,
                                  struct ink_error *err)
{
    struct ink_error why = {0};
    *out = (struct ink_function_code){0};
    ink_status st = zip ? open_zip(out, zip, err) : open_beside(out, err);
    if (st) return st;
    out->walls = (struct ink_walls){.names = true, .tmp_mb = tmp_mb, .emulator = *out->emulator ? out->emulator : NULL};
    if (ink_walls_for(out->program, out->folder, &out->walls, &why))
        snprintf(out->no_walls, sizeof out->no_walls, "%s", why.text);
    return INK_OK;
}

void ink_function_code_close(struct ink_function_code *code)
{
    if (code->temporary) ink_unpack_remove(code->folder);
    code->temporary = false;
}
