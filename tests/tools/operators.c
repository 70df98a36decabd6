/* SPDX-License-Identifier: MIT */
/* operators.c - prints docs/operators.md from the table of operators. usage: operators [FILE]
 *
 * With FILE it prints nothing where that is what the file says; else what to do, and fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ops/table.h"

/* --- what the table does not say --- */

static const struct note {
    const char *domain, *name, *text;
} notes[] = {
    {"", "Bernoulli", "other numbers at each run, unless it has a seed"},
    {"", "Constant", "shapes and other integers before opset 9 as well: exporters wrote them"},
    {"", "ImageDecoder", "PNG, JPEG, WebP, GIF, BMP, PNM; JPEG 2000 and TIFF are refused when they are met"},
    {"", "Loop", "all bodies of a model together run 1,048,576 times in a run at most; a deadline stops them before"},
    {"", "RandomNormal", "other numbers than other runtimes', whatever the seed"},
    {"", "RandomUniform", "other numbers than other runtimes', whatever the seed"},
    {"", "RegexFullMatch", "RE2's syntax without \\\\p, \\\\C, and (?i) with letters beyond ASCII, which are refused"},
    {"ai.onnx.ml", "LabelEncoder", "double too: exporters write it; where a key is there twice the last one counts"},
    {"ai.onnx.ml", "LinearRegressor", "LOGISTIC and SOFTMAX leave a single target as it is, as in ONNX Runtime"},
    {"ai.onnx.ml", "SVMClassifier", "without prob_a three classes and more have a score for each pair of them"},
    {"ai.onnx.ml", "TreeEnsembleClassifier",
     "two classes with two base_values are a sum and an argmax, as the standard says; ONNX Runtime does otherwise"},
    {"ai.onnx.ml", "TreeEnsembleRegressor",
     "base_values count for targets without votes too, as the standard says; ONNX Runtime leaves them out"},
};

static const struct {
    const char *domain, *title, *text;
} domains[] = {
    {"", "ai.onnx", ""},
    {"ai.onnx.ml", "ai.onnx.ml",
     "What scikit-learn, XGBoost and LightGBM are exported to. Numbers are float, double, int32 and int64; scores are\n"
     "computed in float, trees in the type of their thresholds.\n\n"},
    {"ai.onnx.preview", "ai.onnx.preview", ""},
    {"ai.onnx.preview.training", "ai.onnx.preview.training",
     "Gradient too, which becomes nodes before it is looked up here: through Add, Sub, Mul, Div, Neg, Identity, Exp, "
     "Log,\n"
     "Sqrt, Tanh, Sigmoid, Relu, Sin and Cos, where its inputs are the values that it names; refused otherwise.\n\n"},
    {"com.microsoft", "com.microsoft",
     "What ONNX Runtime's tools leave behind in ordinary exports. The model must import the domain.\n\n"},
};

static const char introduction[] =
    "# Operators\n\n"
    "Made by `build/tests/operators` from the table in src/ops/table.c; a test fails when the two differ.\n\n"
    "*Versions* are the opsets in which an operator changed: a model that imports a later one gets the newest of "
    "them.\n"
    "*Types* are those of the newest version; old ones have those that the standard had then. Where an operator has\n"
    "several, they stand in the order of its arguments. *numbers*: the floats and all integers of 8 to 64 bits; "
    "*floats*: "
    "float,\ndouble, float16, bfloat16; *float8*: e4m3fn, e4m3fnuz, e5m2, e5m2fnuz.\n\n"
    "What a model needs and is not here is refused when it is loaded, all of it at once: the operator, its domain and\n"
    "version, the type, the node's name and place (`inkling inspect MODEL`). What the standard defines as a function "
    "of\n"
    "other operators is either in the table or, where the model brings the function along, expanded.\n";

static const char tests[] = "\n## ONNX's own tests\n\n"
                            "Of the 1,802 node tests of ONNX's main branch these are refused, and none fails: "
                            "test_image_decoder_decode_jpeg2k_rgb\n"
                            "and _tiff_rgb, for their formats. The tests of random numbers (test_bernoulli*,\n"
                            "test_training_dropout*) are held to shape and type.\n";

/* --- types --- */

struct group {
    ink_dtypes types;
    const char *word;
};

#define BIT INK_DTYPE_BIT
static const struct group groups[] = {
    {INK_TYPES_ALL, "every type"},
    {INK_TYPES_NUMBER, "numbers"},
    {INK_TYPES_FLOAT, "floats"},
    {INK_TYPES_INTEGER, "integers"},
    {BIT(INK_FLOAT8E4M3FN) | BIT(INK_FLOAT8E4M3FNUZ) | BIT(INK_FLOAT8E5M2) | BIT(INK_FLOAT8E5M2FNUZ), "float8"},
    {INK_TYPES_SEQUENCE, "sequences"},
    {INK_TYPES_MAP, "maps"},
    {INK_TYPES_OPTIONAL, "optionals"},
};

static void print_types(ink_dtypes types, struct ink_buffer *out)
{
    const char *comma = "";
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if ((types & groups[i].types) == groups[i].types) {
            ink_buffer_printf(out, "%s%s", comma, groups[i].word);
            types &= ~groups[i].types;
            comma = ", ";
        }
    for (int dtype = 1; dtype < INK_DTYPE_END; dtype++)
        if (types & BIT(dtype)) {
            ink_buffer_printf(out, "%s%s", comma, ink_dtype_word((enum ink_dtype)dtype));
            comma = ", ";
        }
}

/* The variables T, U, V, W in their order, then the types that are fixed. */
static void print_all_types(const struct ink_op *op, struct ink_buffer *out)
{
    static const struct {
        char letter;
        const char *word;
    } fixed[] = {{'i', "int64"}, {'n', "int32"}, {'b', "bool"}, {'f', "float"}, {'s', "string"}, {'a', "anything"}};
    const char *between = "";
    for (int i = 0; i < INK_OP_TYPES; i++) {
        if (!op->types[i] || !strchr(op->signature, "TUVW"[i])) continue;
        ink_buffer_printf(out, "%s", between);
        print_types(op->types[i], out);
        between = "; ";
    }
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (!strchr(op->signature, fixed[i].letter)) continue;
        ink_buffer_printf(out, "%s%s", between, fixed[i].word);
        between = "; ";
    }
}

/* --- tables --- */

static bool same(const struct ink_op *op, const char *domain, const char *name)
{
    return op && !strcmp(op->domain, domain) && (!name || !strcmp(op->name, name));
}

static size_t first_row(const char *domain, const char *name)
{
    size_t i = 0;
    while (ink_op_row(i) && !same(ink_op_row(i), domain, name)) i++;
    return i;
}

static void print_domain(size_t d, struct ink_buffer *out)
{
    size_t i = first_row(domains[d].domain, NULL);
    ink_buffer_printf(out, "\n## %s\n\n%s| operator | versions | types | notes |\n|---|---|---|---|\n",
                      domains[d].title, domains[d].text);
    while (same(ink_op_row(i), domains[d].domain, NULL)) {
        const char *name = ink_op_row(i)->name, *comma = "";
        ink_buffer_printf(out, "| %s | ", name);
        for (; same(ink_op_row(i), domains[d].domain, name); i++, comma = ", ")
            ink_buffer_printf(out, "%s%d", comma, ink_op_row(i)->since);
        ink_buffer_printf(out, " | ");
        print_all_types(ink_op_row(i - 1), out);
        ink_buffer_printf(out, " | ");
        for (size_t n = 0; n < sizeof notes / sizeof *notes; n++)
            if (!strcmp(notes[n].domain, domains[d].domain) && !strcmp(notes[n].name, name))
                ink_buffer_printf(out, "%s ", notes[n].text);
        ink_buffer_printf(out, "|\n");
    }
}

/* Notes about operators that have gone. */
static int count_stale_notes(void)
{
    int stale = 0;
    for (size_t n = 0; n < sizeof notes / sizeof *notes; n++)
        if (!ink_op_row(first_row(notes[n].domain, notes[n].name))) {
            fprintf(stderr, "the table has no %s, of which there is a note\n", notes[n].name);
            stale++;
        }
    return stale;
}

int main(int argc, char **argv)
{
    struct ink_buffer text, file;
    struct ink_error err = {0};
    int status = count_stale_notes() ? EXIT_FAILURE : EXIT_SUCCESS;
    ink_buffer_init(&text, 1 << 20);
    ink_buffer_init(&file, 1 << 20);
    ink_buffer_printf(&text, "%s", introduction);
    for (size_t d = 0; d < sizeof domains / sizeof *domains; d++) print_domain(d, &text);
    ink_buffer_printf(&text, "%s", tests);
    if (text.failed) {
        fprintf(stderr, "operators: out of memory\n");
        status = EXIT_FAILURE;
    } else if (argc < 2) {
        fwrite(text.data, 1, text.len, stdout);
    } else if (ink_file_read(argv[1], &file, &err) || !ink_view_equal(ink_buffer_view(&text), ink_buffer_view(&file))) {
        fprintf(stderr, "%s is stale: %s >%s\n", argv[1], argv[0], argv[1]);
        status = EXIT_FAILURE;
    }
    ink_buffer_cleanup(&text);
    ink_buffer_cleanup(&file);
    return status;
}
