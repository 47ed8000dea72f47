#include "reference.h"

/* Short and long, of several scripts and kinds: what atoms are like. */
const char *const reference_texts[] = {
        "",
        "a",
        "hello world",
        "The quick brown fox jumps over the lazy dog.",
        "A sleeping cat does not care about interest rates.",
        "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
        "documentation files, to deal in the software without restriction, including without limitation the rights to "
        "use, copy, modify, merge, publish, distribute, sublicense, and sell copies of it.",
        "int main(void) { return puts(\"hello\") < 0; }",
        "SELECT count(*) FROM atom WHERE tenant_id = 7 GROUP BY subtype ORDER BY 1 DESC",
        "https://example.org/a?b=c&d=%20",
        "3.14159 26535 89793 23846 26433 83279",
        "Stra\u00dfe, na\u00efve, \u03a9mega \u2014 caf\u00e9",
        "\u4eca\u5929\u5929\u6c14\u5f88\u597d",
        "\ud55c\uad6d\uc5b4\ub85c \uc4f4 \ubb38\uc7a5",
        "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002",
        "\u0417\u0434\u0440\u0430\u0432\u0441\u0442\u0432\u0443\u0439, \u043c\u0438\u0440!",
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
        "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e",
        "\U0001f600 \U0001f680 :-)",
        "internationalisation interoperability counterrevolutionaries antidisestablishmentarianism",
        "The committee met on Tuesday. It agreed on the budget, put off the question of the new bridge, and thanked "
        "the "
        "treasurer, who leaves after eleven years; nobody has been found to follow her so far. The next meeting is on "
        "the fourth of March, at seven in the evening, in the old library.",
};
const size_t reference_text_count = sizeof reference_texts / sizeof reference_texts[0];
