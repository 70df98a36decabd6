/* SPDX-License-Identifier: MIT */
/* deploy_template.h - deploy/template.yaml, embedded so that the program is one file (deploy_template.S). */
#ifndef INK_CLI_DEPLOY_TEMPLATE_H
#define INK_CLI_DEPLOY_TEMPLATE_H

#include <stddef.h>

/* Read-only; not NUL-terminated. */
extern const unsigned char ink_deploy_template[];
extern const size_t ink_deploy_template_len;

#endif
