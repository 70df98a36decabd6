/* SPDX-License-Identifier: MIT */
/* What the console shows of a run comes from anybody: its event, the lines of its log, the answer in the bucket. Each line of
 * the input is one of these, by its first letter; whatever it is, JSON on one line must come out. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "local/run.h"

static void check_json(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    if (!text || strchr(text, '\n')) abort();
    json_t *again = json_loads(text, 0, NULL);
    if (!again) abort();
    json_decref(again);
    free(text);
}

static void take_line(struct ink_run *run, struct ink_view line)
{
    json_t *told;
    ink_run_take(run, line, &told);
    if (told) check_json(told);
    json_decref(told);
    (void)ink_run_is_debug(line);
}

static struct ink_run *new_run(struct ink_view payload)
{
    char *text = calloc(1, payload.len + 1);
    if (!text) abort();
    if (payload.len) memcpy(text, payload.data, payload.len);
    const struct ink_store_event event = {.id = 1, .function = "f", .payload = text, .trace = ""};
    struct ink_run *run = ink_run_new(&event, "REQ", false);
    free(text);
    return run;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct ink_function_end end = {0};
    struct ink_run *run = NULL;
    while (len > 0) {
        const uint8_t *newline = memchr(data, '\n', len);
        size_t line_len = newline ? (size_t)(newline - data) : len;
        struct ink_view rest = ink_view_of(data + 1, line_len ? line_len - 1 : 0);
        if (!run) run = new_run(line_len && data[0] == 'e' ? rest : (struct ink_view){0});
        if (!run) abort();
        if (line_len && data[0] == 'l') take_line(run, rest);
        if (line_len && data[0] == 'a') {
            ink_run_end(run, &end);
            ink_run_answer(run, "k", rest);
        }
        len -= line_len + (newline != NULL);
        data += line_len + (newline != NULL);
    }
    if (run) {
        check_json(run->record);
        check_json(run->log);
    }
    ink_run_free(run);
    return 0;
}

bool ink_fuzz_seed(size_t index, struct ink_buffer *out)
{
    static const char *const seeds[] = {
        "e{\"Records\":[{\"eventName\":\"ObjectCreated:Put\",\"responseElements\":{\"x-amz-request-id\":\"P\"},"
        "\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"a+%3Cb%3E.png\",\"eTag\":\"e\"}}}]}\n"
        "l2024-11-02T16:51:31.587Z DEBUG REQ stage decode 1843\n"
        "l2024-11-02T16:51:31.587Z WARN REQ b/x.png: no ink\n"
        "a{\"error\":null,\"classes\":[{\"label\":\"7\",\"probability\":0.5}]}\n",
        "e{}\nl<b>\na{\"error\":null,\"text\":\"17\",\"characters\":[{\"classes\":[{\"probability\":0.9}]}]}\n",
        "l{\"_aws\":{}}\na{\"usable\":false,\"error\":\"bad-model\",\"problems\":[\"cut off\"]}\n",
        "a{\"usable\":true}\na{\"error\":{\"code\":\"no-ink\",\"message\":\"x\"}}\n",
    };
    if (index >= sizeof seeds / sizeof *seeds) return false;
    return ink_buffer_text(out, seeds[index]) == INK_OK;
}
