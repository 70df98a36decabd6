/* SPDX-License-Identifier: MIT */
/* driver.c - runs a fuzz target without libFuzzer: usage: TARGET [ROUNDS | FILE...]. Always the same bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "fuzz.h"

enum { ROUNDS = 1500, INPUT_MAX = 1 << 20, CHANGES_MAX = 8 };

static uint64_t random_state = 88172645463325252u;

/* xorshift64 (Marsaglia 2003) */
static size_t pick(size_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return below ? (size_t)(random_state % below) : 0;
}

static void change(struct ink_buffer *input)
{
    static const uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
    if (input->len == 0) return;
    size_t at = pick(input->len), rest = input->len - at, run = pick(rest < 16 ? rest : 16) + 1;
    switch (pick(6)) {
    case 0: input->data[at] ^= (uint8_t)(1u << pick(8)); break;
    case 1: input->data[at] = (uint8_t)pick(256); break;
    case 2: input->data[at] = edges[pick(sizeof edges)]; break;
    case 3: memset(input->data + at, edges[pick(sizeof edges)], run < rest ? run : rest); break;
    case 4: memmove(input->data + pick(at + 1), input->data + at, run < rest ? run : rest); break;
    case 5: input->len = at; break;
    }
}

/* A target may have its own way to change an input; it is used for every other one then. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed) __attribute__((weak));

static void change_as_target(struct ink_buffer *input)
{
    static uint8_t room[INPUT_MAX];
    if (input->len == 0) return;
    memcpy(room, input->data, input->len);
    size_t len = LLVMFuzzerCustomMutator(room, input->len, sizeof room, (unsigned)pick(UINT32_MAX));
    ink_buffer_clear(input);
    ink_buffer_append(input, room, len);
}

/* A copy of exactly this length, so that a sanitizer sees a read behind its end. */
static void try_input(const struct ink_buffer *input)
{
    uint8_t *copy = malloc(input->len ? input->len : 1);
    if (!copy) abort();
    if (input->len) memcpy(copy, input->data, input->len);
    LLVMFuzzerTestOneInput(copy, input->len);
    free(copy);
}

static void run_rounds(unsigned long rounds, struct ink_buffer *input)
{
    size_t seeds = 0;
    for (; ink_buffer_clear(input), ink_fuzz_seed(seeds, input); seeds++) try_input(input);
    for (unsigned long round = 0; round < rounds && seeds > 0; round++) {
        ink_buffer_clear(input);
        ink_fuzz_seed(round % seeds, input);
        if (LLVMFuzzerCustomMutator && pick(2))
            change_as_target(input);
        else
            for (size_t changes = pick(CHANGES_MAX) + 1; changes > 0; changes--) change(input);
        try_input(input);
    }
    printf("%zu seeds, %lu rounds\n", seeds, rounds);
}

int main(int argc, char **argv)
{
    struct ink_buffer input;
    ink_buffer_init(&input, INPUT_MAX);
    char *end = NULL;
    unsigned long rounds = argc > 1 ? strtoul(argv[1], &end, 10) : ROUNDS;
    if (!end || *end == '\0') {
        run_rounds(rounds, &input);
        argc = 0;
    }
    for (int i = 1; i < argc; i++) {
        struct ink_error err = {0};
        ink_buffer_clear(&input);
        if (ink_file_read(argv[i], &input, &err))
            fprintf(stderr, "%s\n", err.text);
        else
            try_input(&input);
    }
    ink_buffer_cleanup(&input);
    return 0;
}
