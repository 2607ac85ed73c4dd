"""Characters that keyboards lack or that look like others, and what a formula makes of them."""

from __future__ import annotations

import re
import unicodedata

# Characters with one meaning only, and the one that a keyboard has for it.
TYPED = str.maketrans(
    {
        **dict.fromkeys("\u00b7\u2219\u22c5\u2022\u00d7\u2217\u2715\u2a09", "*"),  # dots, crosses and stars
        **dict.fromkeys("\u2212\u2013\u2012\ufe63", "-"),  # minus signs and dashes
        **dict.fromkeys("\u00f7\u2215\u2044", "/"),
        "\u02c6": "^",
        "\u2223": "|",
        **{chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)},  # of the width of Chinese letters
        **{chr(0x2080 + digit): str(digit) for digit in range(10)},  # below the line: x1
        **{  # bold, italic and other letters of mathematics
            chr(code): unicodedata.normalize("NFKC", chr(code))
            for code in range(0x1D400, 0x1D800)
            if unicodedata.decomposition(chr(code)).startswith("<font>")
        },
    }
)
SILENT = (  # spaces, and what is not seen at all
    "\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    "\u00ad\u200b-\u200d\u2060-\u2064\ufe0e\ufe0f\ufeff"
)
RAISED = dict(
    zip(
        "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207d\u207e\u02e3\u02b8\u207f",
        "0123456789+-()xyn",
        strict=True,
    )
)
SIGNS = {  # by what they are in a formula
    "\u2264": "<=",
    "\u2a7d": "<=",
    "\u2265": ">=",
    "\u2a7e": ">=",
    "\u2260": "!=",
    "\u2227": "and",
    "\u2228": "or",
    "\u00ac": "not",
    "\u230a": "lfloor",
    "\u230b": "rfloor",
    "\u2308": "lceil",
    "\u2309": "rceil",
    "\u221a": "sqrt",
    "\u221b": "cbrt",
}
FRACTIONS = {
    "\u00bd": "1/2",
    "\u00bc": "1/4",
    "\u00be": "3/4",
    "\u2153": "1/3",
    "\u2154": "2/3",
    "\u2155": "1/5",
    "\u2159": "1/6",
    "\u215b": "1/8",
    "\u2152": "1/10",
}
GREEK = {  # in the order of the alphabet, with what Unicode has twice
    letter: name
    for letters, name in (
        *(("\u03b1", "alpha"), ("\u03b2\u03d0", "beta"), ("\u03b3", "gamma"), ("\u03b4", "delta")),
        *(("\u03b5\u03f5", "epsilon"), ("\u03b6", "zeta"), ("\u03b7", "eta"), ("\u03b8\u03d1", "theta")),
        *(("\u03b9", "iota"), ("\u03ba\u03f0", "kappa"), ("\u03bb", "lambda"), ("\u03bc\u00b5", "mu")),
        *(("\u03bd", "nu"), ("\u03be", "xi"), ("\u03c0\u03d6", "pi"), ("\u03c1\u03f1", "rho")),
        *(("\u03c3\u03c2", "sigma"), ("\u03c4", "tau"), ("\u03c6\u03d5", "phi"), ("\u03c7", "chi")),
        *(("\u03c8", "psi"), ("\u03c9", "omega")),
        *(("\u0393", "Gamma"), ("\u0394\u2206", "Delta"), ("\u0398", "Theta"), ("\u039b", "Lambda")),
        *(("\u039e", "Xi"), ("\u03a6", "Phi"), ("\u03a8", "Psi"), ("\u03a9\u2126", "Omega")),
    )
    for letter in letters
}
_ALIKE = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u043a\u043c\u0442\u0432\u043d\u04bb\u0501\u0261\u03bf\u03c5"
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
        "\u0131\u0251\u2113\u212f\u210e\u2102\u211d\u2115",
        "aeopcyxijskmtbhhdgouABEKMHOPCTYXSIJABEZHIKMNOPTYXialehCRN",
        strict=True,
    )
)
_TOLD = {
    "\u2211": "for a sum write sum(i, 1, 10, x[i]^2)",
    "\u03a3": "for a sum write sum(i, 1, 10, x[i]^2)",
    "\u220f": "for a product write prod(i, 1, 10, x[i])",
    "\u03a0": "for a product write prod(i, 1, 10, x[i])",
    "\u221e": "infinity is no number here",
    "\u2202": "a derivative is a formula: write it",
    "\u222b": "an integral is a formula: write it",
    "\u221c": "write x^(1/4)",
    "\u00b0": "angles are in radians: write *pi/180",
    "\u2032": "a derivative is a formula: write it",
    "\u2248": "a loss is one formula, without an equation",
}


def foreign(text: str, offset: int) -> tuple[int, str] | None:
    """What to say of a character that no formula has: of how many characters, and what; None if nothing."""
    letter = text[offset]
    if letter in _TOLD:
        return 1, f"unexpected {letter!r}: {_TOLD[letter]}"
    found = re.match(r"[^\W\d_]+", text[offset:])
    if found is None:
        return None
    word = found.group()
    title = unicodedata.name(letter, "a letter")
    if letter in _ALIKE:
        script = title.split()[0].capitalize()
        latin = "".join(_ALIKE.get(each, each) for each in word)
        told = f"{letter!r} is a {script} letter that looks like the Latin {_ALIKE[letter]}"
        return len(word), f"{told}: write {latin}"
    told = "a variable is a Latin letter, perhaps numbered (x, w2), or a Greek one (theta)"
    return 1, f"unexpected {letter!r} ({title.lower()}): {told}"
