#!/usr/bin/env python3
"""Writes fixed_tables.h, in exact integer arithmetic: python3 fixed_tables.py >fixed_tables.h"""

from fractions import Fraction

BITS = 160  # of the intermediate results


def atanh_inverse(n):
    """atanh(1 / n) as an integer multiple of 2^-BITS, a little below."""
    total, power, i = 0, (1 << BITS) // n, 1
    while power:
        total += power // i
        power //= n * n
        i += 2
    return total


def log_table():
    """-ln(1 - i / 512): ln(n / (n - 1)) is 2 atanh(1 / (2n - 1)), summed up from n = 512 downwards."""
    logs = [0]
    for n in range(512, 257, -1):
        logs.append(logs[-1] + 2 * atanh_inverse(2 * n - 1))
    return logs


def nearest(value, bits):
    """An integer multiple of 2^-BITS rounded to one of 2^-bits."""
    return (value + (1 << (BITS - bits - 1))) >> (BITS - bits)


def square_root(value):
    """Of a multiple of 2^-BITS, as such."""
    x = value << BITS
    root = 1 << ((x.bit_length() + 1) // 2)
    while root * root > x:
        root = (root + x // root) // 2
    return root


def exp2_table():
    """2^(i / 64), from the 64th root of two."""
    step = 2 << BITS
    for _ in range(6):
        step = square_root(step)
    powers = [1 << BITS]
    for _ in range(63):
        powers.append(powers[-1] * step >> BITS)
    return powers


# Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988): the published coefficients.
NORMAL = {
    "centre": (
        """3.3871328727963666080 133.14166789178437745 1971.5909503065514427 13731.693765509461125
           45921.953931549871457 67265.770927008700853 33430.575583588128105 2509.0809287301226727""",
        """1 42.313330701600911252 687.18700749205790830 5394.1960214247511077
           21213.794301586595867 39307.895800092710610 28729.085735721942674 5226.4952788528545610"""),
    "tail": (
        """1.42343711074968357734 4.63033784615654529590 5.76949722146069140550 3.64784832476320460504
           1.27045825245236838258 .241780725177450611770 .0227238449892691845833 .000774545014278341407640""",
        """1 2.05319162663775882187 1.67638483018380384940 .689767334985100004550
           .148103976427480074590 .0151986665636164571966 .000547593808499534494600
           .00000000105075007164441684324"""),
    "far_tail": (
        """6.65790464350110377720 5.46378491116411436990 1.78482653991729133580 .296560571828504891230
           .0265321895265761230930 .00124266094738807843860 .0000271155556874348757815
           .000000201033439929228813265""",
        """1 .599832206555887937690 .136929880922735805310 .0148753612908506148525
           .000786869131145613259100 .0000184631831751005468180 .000000142151175831644588870
           .00000000000000204426310338993978564"""),
}


def rows(values, per_row, form):
    lines = []
    for i in range(0, len(values), per_row):
        lines.append("\t" + " ".join(form(value) for value in values[i:i + per_row]))
    return "\n".join(lines)


def hexadecimal(value):
    return "UINT64_C(0x%016x)," % value


def coefficient(bits):
    return lambda decimal: "UINT64_C(%d)," % round(Fraction(decimal) * (1 << bits))


def main():
    logs = [nearest(value, 64) for value in log_table()]
    powers = [nearest(value, 63) for value in exp2_table()]
    log_2 = 2 * atanh_inverse(3)
    print("/* fixed_tables.h - written by fixed_tables.py, in exact integer arithmetic. */")
    print("#pragma once\n\n#include <stdint.h>\n")
    print("/* clang-format off */\n")
    print("/* ln 2 in units of 2^-64; 1 / ln 2 in units of 2^-62 */")
    print("#define FIXED_LN2 %s" % hexadecimal(nearest(log_2, 64)).rstrip(","))
    print("#define FIXED_INVERSE_LN2 %s\n" %
          hexadecimal(((1 << (BITS + 63)) // log_2 + 1) >> 1).rstrip(","))
    print("/* -ln(1 - i / 512) in units of 2^-64 */")
    print("static const uint64_t fixed_log[256] = {\n%s\n};\n" % rows(logs, 3, hexadecimal))
    print("/* 2^(i / 64) in units of 2^-63 */")
    print("static const uint64_t fixed_exp2[64] = {\n%s\n};\n" % rows(powers, 3, hexadecimal))
    print("/* AS 241: centre in units of 2^-44, tails of 2^-52; from the constant term upwards */")
    for name, (numerator, denominator) in NORMAL.items():
        form = coefficient(44 if name == "centre" else 52)
        for part, text in ("numerator", numerator), ("denominator", denominator):
            print("static const uint64_t fixed_%s_%s[8] = {\n%s\n};" %
                  (name, part, rows(text.split(), 3, form)))
    print("\n/* clang-format on */")


main()
