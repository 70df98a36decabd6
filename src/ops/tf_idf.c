/* SPDX-License-Identifier: MIT */
/* TfIdfVectorizer. The n-grams of the list are sorted at load, those of each length apart; each n-gram of a row is searched
 * for among them. */
#include <limits.h>
#include <stdlib.h>

#include "ops/string_ops.h"

enum mode { TF, IDF, TFIDF };

/* An n-gram of the list: its words, and its number there. */
struct gram {
    size_t first; /* word in the pool */
    size_t number;
};

struct tf_idf {
    enum mode mode;
    int64_t shortest, longest, most_skipped;
    const struct ink_view *strings; /* the pool: one of these */
    const int64_t *integers;
    const int64_t *starts; /* ngram_counts: where those of length 1, 2, ... start in the pool */
    size_t lengths, words;
    struct gram *grams;    /* of length 1, then 2, ..., each part sorted */
    size_t *gram_starts;   /* [lengths + 1] */
    const int64_t *places; /* ngram_indexes: where an n-gram is counted */
    size_t gram_count;
    const float *weights; /* NULL: all 1 */
    int64_t width;        /* of the output */
};

/* A word of the pool, or of the input: one of them is NULL. */
struct words {
    const struct ink_view *strings;
    const int64_t *integers;
    const struct ink_tensor *input; /* integers of either type */
};

static int64_t integer_at(const struct words *w, size_t i)
{
    return w->integers ? w->integers[i] : ink_tensor_i64(w->input, i);
}

static int compare_words(const struct words *a, size_t i, const struct words *b, size_t k)
{
    if (!a->strings) {
        int64_t x = integer_at(a, i), y = integer_at(b, k);
        return x < y ? -1 : x > y;
    }
    struct ink_view x = a->strings[i], y = b->strings[k];
    size_t least = x.len < y.len ? x.len : y.len;
    int order = least ? memcmp(x.data, y.data, least) : 0;
    return order ? order : x.len < y.len ? -1 : x.len > y.len;
}

/* --- load --- */

struct sorting {
    struct words pool;
    size_t length;
};

static int by_words(const void *a, const void *b, void *arg)
{
    const struct sorting *s = arg;
    const struct gram *x = a, *y = b;
    for (size_t i = 0; i < s->length; i++) {
        int order = compare_words(&s->pool, x->first + i, &s->pool, y->first + i);
        if (order) return order;
    }
    return x->number < y->number ? -1 : x->number > y->number;
}

static ink_status load_lists(const struct ink_op_ctx *ctx, struct tf_idf *my)
{
    size_t string_count, integer_count, weight_count;
    ink_status st = ink_op_attr_texts(ctx, "pool_strings", &my->strings, &string_count);
    if (!st) st = ink_op_attr_i64s(ctx, "pool_int64s", &my->integers, &integer_count);
    if (!st) st = ink_op_attr_i64s(ctx, "ngram_counts", &my->starts, &my->lengths);
    if (!st) st = ink_op_attr_i64s(ctx, "ngram_indexes", &my->places, &my->gram_count);
    if (!st) st = ink_op_attr_f32s(ctx, "weights", &my->weights, &weight_count);
    if (st) return st;
    bool strings = ctx->types[0] == INK_STRING;
    if ((string_count > 0) == (integer_count > 0) || strings != (string_count > 0))
        return ink_op_fail(ctx, INK_E_MODEL, "it needs %s, and no other list",
                           strings ? "pool_strings" : "pool_int64s");
    my->words = strings ? string_count : integer_count;
    if (!strings) my->strings = NULL;
    if (my->weights && weight_count != my->gram_count)
        return ink_op_fail(ctx, INK_E_MODEL, "%zu weights for %zu n-grams", weight_count, my->gram_count);
    for (size_t i = 0; i < my->gram_count; i++) {
        if (my->places[i] < 0 || my->places[i] > INT_MAX)
            return ink_op_fail(ctx, INK_E_MODEL, "ngram_indexes has %lld", (long long)my->places[i]);
        if (my->places[i] >= my->width) my->width = my->places[i] + 1;
    }
    return INK_OK;
}

static ink_status load_numbers(const struct ink_op_ctx *ctx, struct tf_idf *my)
{
    static const char *const words[] = {[TF] = "TF", [IDF] = "IDF", [TFIDF] = "TFIDF"};
    struct ink_view mode;
    ink_status st = ink_op_attr_i64(ctx, "min_gram_length", 0, &my->shortest);
    if (!st) st = ink_op_attr_i64(ctx, "max_gram_length", 0, &my->longest);
    if (!st) st = ink_op_attr_i64(ctx, "max_skip_count", 0, &my->most_skipped);
    if (!st) st = ink_op_attr_text(ctx, "mode", "", &mode);
    if (st) return st;
    if (my->shortest < 1 || my->longest < my->shortest || (uint64_t)my->longest > my->lengths || my->most_skipped < 0)
        return ink_op_fail(ctx, INK_E_MODEL, "n-grams of %lld to %lld with %lld skipped, ngram_counts has %zu",
                           (long long)my->shortest, (long long)my->longest, (long long)my->most_skipped, my->lengths);
    for (enum mode m = TF; m <= TFIDF; m++) {
        my->mode = m;
        if (ink_view_is(mode, words[m])) return INK_OK;
    }
    return ink_op_fail(ctx, INK_E_MODEL, "mode is \"%.*s\"", INK_VIEW_ARGS(mode));
}

/* Cuts the pool into n-grams and sorts those of each length. */
static ink_status sort_grams(struct ink_op_ctx *ctx, struct tf_idf *my)
{
    size_t found = 0;
    my->grams = INK_ARENA_ARRAY(ctx->arena, struct gram, my->gram_count + 1);
    my->gram_starts = INK_ARENA_ARRAY(ctx->arena, size_t, my->lengths + 1);
    if (!my->grams || !my->gram_starts) return ink_op_fail(ctx, INK_E_OOM, "no memory for its n-grams");
    for (size_t l = 0; l < my->lengths; l++) {
        int64_t start = my->starts[l], end = l + 1 < my->lengths ? my->starts[l + 1] : (int64_t)my->words;
        if (start < 0 || end < start || (uint64_t)end > my->words || (uint64_t)(end - start) % (l + 1))
            return ink_op_fail(ctx, INK_E_MODEL, "ngram_counts: %lld to %lld is no list of %zu-grams", (long long)start,
                               (long long)end, l + 1);
        my->gram_starts[l] = found;
        for (size_t first = (size_t)start; first < (size_t)end; first += l + 1, found++) {
            if (found == my->gram_count)
                return ink_op_fail(ctx, INK_E_MODEL, "more n-grams than the %zu of ngram_indexes", my->gram_count);
            my->grams[found] = (struct gram){first, found};
        }
        struct sorting s = {{my->strings, my->integers, NULL}, l + 1};
        size_t count = found - my->gram_starts[l];
        if (count) qsort_r(my->grams + my->gram_starts[l], count, sizeof *my->grams, by_words, &s);
    }
    my->gram_starts[my->lengths] = found;
    return INK_OK;
}

ink_status ink_tf_idf_load(struct ink_op_ctx *ctx)
{
    struct tf_idf *my = INK_ARENA_NEW(ctx->arena, struct tf_idf);
    if (!my) return ink_op_fail(ctx, INK_E_OOM, "no memory for its attributes");
    ctx->attributes = my;
    ink_status st = load_lists(ctx, my);
    if (!st) st = load_numbers(ctx, my);
    return st ? st : sort_grams(ctx, my);
}

ink_status ink_tf_idf_shape(struct ink_op_ctx *ctx)
{
    const struct tf_idf *my = ctx->attributes;
    struct ink_shape y = ctx->in[0]->shape;
    char text[INK_SHAPE_TEXT_MAX];
    if (y.rank < 1 || y.rank > 2)
        return ink_op_fail(ctx, INK_E_MODEL, "its input %s is neither [C] nor [N,C]", ink_shape_text(&y, text));
    y.dims[y.rank - 1] = my->width;
    ctx->out[0]->shape = y;
    return INK_OK;
}

/* --- run --- */

struct row {
    const struct tf_idf *my;
    struct words pool, input;
    float *y;
};

/* An n-gram of the list against words of the input, `apart` from each other. */
static int compare_gram(const struct row *row, const struct gram *gram, size_t length, size_t first, size_t apart)
{
    for (size_t i = 0; i < length; i++) {
        int order = compare_words(&row->pool, gram->first + i, &row->input, first + i * apart);
        if (order) return order;
    }
    return 0;
}

static void count_gram(const struct row *row, size_t length, size_t first, size_t apart)
{
    const struct tf_idf *my = row->my;
    size_t low = my->gram_starts[length - 1], end = my->gram_starts[length], high = end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_gram(row, &my->grams[middle], length, first, apart) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == end || compare_gram(row, &my->grams[low], length, first, apart)) return;
    size_t number = my->grams[low].number;
    float weight = my->mode != TF && my->weights ? my->weights[number] : 1;
    float *y = &row->y[my->places[number]];
    *y = my->mode == IDF ? weight : *y + weight;
}

static void count_row(const struct row *row, size_t first, size_t words)
{
    const struct tf_idf *my = row->my;
    for (size_t length = (size_t)my->shortest; length <= (size_t)my->longest; length++) {
        size_t most_apart = length == 1 ? 1 : (uint64_t)my->most_skipped < words ? (size_t)my->most_skipped + 1 : words;
        for (size_t apart = 1; apart <= most_apart; apart++) {
            if (length - 1 > words / apart) break;
            size_t reach = (length - 1) * apart + 1;
            for (size_t i = 0; i + reach <= words; i++) count_gram(row, length, first + i, apart);
        }
    }
}

ink_status ink_tf_idf_run(struct ink_op_ctx *ctx)
{
    const struct tf_idf *my = ctx->attributes;
    const struct ink_tensor *x = ctx->in[0];
    bool strings = x->dtype == INK_STRING;
    size_t rows = x->shape.rank == 2 ? (size_t)x->shape.dims[0] : 1;
    size_t words = (size_t)x->shape.dims[x->shape.rank - 1];
    struct row row = {my, {my->strings, my->integers, NULL}, {strings ? x->data : NULL, NULL, x}, ctx->out[0]->data};
    if (ink_op_is_empty(ctx)) return INK_OK;
    memset(row.y, 0, ink_tensor_bytes(ctx->out[0]));
    for (size_t r = 0; r < rows; r++, row.y += my->width) count_row(&row, r * words, words);
    return INK_OK;
}

uint64_t ink_tf_idf_multiply_adds(const struct ink_op_ctx *ctx)
{
    const struct tf_idf *my = ctx->attributes;
    const struct ink_shape *x = &ctx->in[0]->shape;
    double words = (double)x->dims[x->rank - 1], skipped = (double)my->most_skipped;
    double grams = (double)ink_tensor_count(ctx->in[0]) * (skipped < words ? skipped + 1 : words) * (double)my->longest;
    return grams < 0x1p63 ? (uint64_t)grams : UINT64_MAX;
}
