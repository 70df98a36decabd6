/* SPDX-License-Identifier: MIT */
/* The bytes of deploy/template.yaml, as deploy_template.h declares them. INK_DEPLOY_TEMPLATE_FILE is its path. */
    .section .rodata
    .global ink_deploy_template
ink_deploy_template:
    .incbin INK_DEPLOY_TEMPLATE_FILE
.Lend:
    .balign 8
    .global ink_deploy_template_len
ink_deploy_template_len:
    .quad .Lend - ink_deploy_template

    .section .note.GNU-stack, "", %progbits
