/* SPDX-License-Identifier: MIT */
/* The bytes of the model, as builtin.h declares them. INK_MODEL_FILE is the path, or not defined: no model. */
    .section .rodata
    .balign 64
    .global ink_builtin_model
ink_builtin_model:
#ifdef INK_MODEL_FILE
    .incbin INK_MODEL_FILE
#endif
.Lend:
    .byte 0
    .balign 8
    .global ink_builtin_model_len
ink_builtin_model_len:
    .quad .Lend - ink_builtin_model

    .section .note.GNU-stack, "", %progbits
