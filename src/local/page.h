/* SPDX-License-Identifier: MIT */
/* page.h - what a browser gets at "/": what this is, and how to talk to it. */
#ifndef INK_LOCAL_PAGE_H
#define INK_LOCAL_PAGE_H

#include "local/auth.h"

/* Answers with the page. Says the access key, never the secret. */
void ink_page_answer(struct ink_http_request *http, const struct ink_auth_keys *keys);

#endif
