/* SPDX-License-Identifier: MIT */
/* The console's calls, a row each (docs/console-api.md). */
#include "local/console_call.h"

const struct ink_console_row ink_console_rows[] = {
    {"GET", "web/", NULL, ink_console_file, true},
    {"GET", "about", NULL, ink_console_about},
    {"GET", "buckets", NULL, ink_console_list_buckets},
    {"PUT", "bucket", NULL, ink_console_make_bucket},
    {"GET", "objects", NULL, ink_console_list_objects},
    {"GET", "object", NULL, ink_console_get_object},
    {"PUT", "object", ink_console_put_object_begin, ink_console_put_object},
    {"DELETE", "object", NULL, ink_console_delete_object},
    {"GET", "models", NULL, ink_console_list_models},
    {"GET", "look", NULL, ink_console_look},
    {"GET", "graph", NULL, ink_console_graph},
    {"GET", "runs", NULL, ink_console_list_runs},
    {"GET", "run", NULL, ink_console_get_run},
    {"POST", "retry", NULL, ink_console_retry},
    {"POST", "evaluation", NULL, ink_console_new_evaluation},
    {"PUT", "evaluation/file", ink_console_evaluation_file_begin, ink_console_evaluation_file},
    {"POST", "evaluation/start", NULL, ink_console_start_evaluation},
    {"DELETE", "evaluation", NULL, ink_console_end_evaluation},
    {"GET", "evaluation/report", NULL, ink_console_evaluation_report, true}, /* its ticket stands for the token */
    {"GET", "evaluations", NULL, ink_console_list_evaluations},
    {"GET", "events", NULL, ink_console_stream},
    {"POST", "copy", NULL, ink_console_copy_object},
};

const size_t ink_console_row_count = sizeof ink_console_rows / sizeof *ink_console_rows;
