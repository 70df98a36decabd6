/* SPDX-License-Identifier: MIT */
/* empty.c - what a program costs that does nothing: the measure for start-up times. Linked statically. */
int main(void)
{
    return 0;
}
