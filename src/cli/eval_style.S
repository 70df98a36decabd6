/* SPDX-License-Identifier: MIT */
/* The bytes of eval.css, as eval_style.h declares them. INK_EVAL_STYLE_FILE is its path. */
    .section .rodata
    .global ink_eval_style
ink_eval_style:
    .incbin INK_EVAL_STYLE_FILE
.Lend:
    .balign 8
    .global ink_eval_style_len
ink_eval_style_len:
    .quad .Lend - ink_eval_style

    .section .note.GNU-stack, "", %progbits
