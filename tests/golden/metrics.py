"""Writes metrics.json: corpora with their scores, from sacreBLEU 2.6.0 and nltk 3.10.

    pip install sacrebleu==2.6.0 nltk==3.10.4
    python tests/golden/metrics.py

Only needed to change the cases; the tests read the committed file.
"""

import json
import pathlib
import random
import warnings

import sacrebleu
from nltk.translate.bleu_score import corpus_bleu
from sacrebleu.metrics import BLEU, CHRF

warnings.filterwarnings("ignore", module="nltk")
assert sacrebleu.__version__ == "2.6.0", sacrebleu.__version__

BLEU_METRIC, CHRF_METRIC = BLEU(), CHRF()


def tokenize(line):
    return BLEU_METRIC.tokenizer(line.rstrip())


def authors(hypotheses, references):
    """nltk's corpus BLEU over words with sentence marks, in per cent."""
    words = [[["<s>", *tokenize(line).split(), "</s>"] for line in side] for side in (hypotheses, references)]
    return 100 * corpus_bleu([[reference] for reference in words[1]], words[0])


def case(name, hypotheses, references):
    bleu = BLEU_METRIC.corpus_score(hypotheses, [references])
    return {
        "name": name,
        "hypotheses": hypotheses,
        "references": references,
        "tokenized_hypotheses": [tokenize(line) for line in hypotheses],
        "tokenized_references": [tokenize(line) for line in references],
        "bleu": bleu.score,
        "matches": bleu.counts,
        "totals": bleu.totals,
        "precisions": bleu.precisions,
        "brevity_penalty": bleu.bp,
        "length": bleu.sys_len,
        "reference_length": bleu.ref_len,
        "chrf": CHRF_METRIC.corpus_score(hypotheses, [references]).score,
        "authors": authors(hypotheses, references),
    }


# name, (hypothesis, reference) ...
HAND_MADE = [
    ("both empty", ("", "")),
    ("empty hypothesis", ("", "a small dog ran")),
    ("empty reference", ("a small dog ran", "")),
    ("empty lines among others", ("", ""), ("the cat sat on the mat", "the cat sat on a mat"), ("", "x"), ("x", "")),
    ("white space only", (" \t \u00a0", "\u2003\n"), ("a b c d e", "a b c d e")),
    ("one word, equal", ("dog", "dog")),
    ("one word, other", ("dog", "cat")),
    ("one-word lines", ("dog", "dog"), ("cat", "cow"), ("Yes", "Yes"), ("no", "No")),
    ("two words", ("a dog", "a dog")),
    ("three words", ("a big dog", "a big dog")),
    ("four words", ("a big old dog", "a big old dog")),
    ("no 4-gram match", ("the cat sat in the house", "the cat ran in the garden")),
    ("no 3-gram match", ("the cat in a house", "the cat on a house")),
    ("no 2-gram match", ("a b c d e", "e d c b a")),
    ("no match at all", ("a b c d", "w x y z")),
    ("no match but letters", ("abcd efgh", "abce efgi")),
    ("repeated words are clipped", ("the the the the the the the", "the cat is on the mat")),
    ("shorter", ("the cat sat on", "the cat sat on the mat by the door")),
    ("longer", ("the cat sat on the mat by the door", "the cat sat on")),
    ("case", ("The Cat Sat On The Mat", "the cat sat on the mat")),
    ("entities", ("&quot;a&quot; &amp; b &lt; c &gt; d", "\"a\" & b < c > d")),
    ("nested entities", ("&amp;quot; &amp;lt;b&amp;gt; &amp;amp; &nbsp; &#39;", "&quot; <b> & &nbsp; '")),
    ("half entities", ("& &; &quot &am p; R&D AT&T", "&amp; &; \" &am p; R & D AT&amp;T")),
    ("separators U+001C to U+001F", ("a\u001cb\u001dc\u001ed\u001fe", "a b c d e")),
    ("separators at the end", ("a b c d\u001c\u001f", "\u001da b c d")),
    ("other control characters", ("a\u0000b c\u0007d \u007f e", "a b c d e")),
    ("skipped", ("the <skipped> cat sat on <skipped>", "the cat sat on")),
    ("skipped in a word", ("a<skipped>b c d e<skip ped>", "ab c d e")),
    ("line feeds", ("a b-\nc d\ne f", "a bc d e f")),
    ("hyphen at the end", ("a b c-\n", "a b c-"), ("x-\n-\ny z w", "xy z w")),
    ("CRLF", ("a b\r\nc d-\r\ne f\r\n", "a b c d- e f\n")),
    ("tabs", ("\ta\tb\t\tc d", "a b c d")),
    ("vertical white space", ("a\u000bb\u000cc\u0085d\u2028e\u2029f", "a b c d e f")),
    ("no-break spaces", ("10\u00a0000 \u202f« oui »\u00a0!", "10 000 « oui » !")),
    ("Unicode spaces", ("a\u1680b\u2000c\u2003d\u2009e\u205ff\u3000g", "a b c d e f g")),
    ("not spaces", ("a\u200bb\u200cc\u200dd\u2060e\ufefff\u180eg", "abcdefg a b c d")),
    ("numbers", ("It's 1,000.50 dollars - or 3-4 &quot;units&quot;.", "It's 1000.50 dollars, or 3-4 \"units\".")),
    ("numbers with dots", ("3.14 .5 5. 1.2.3 1,2,3 1., ,1 v2.0-rc", "3.14 .5 5 . 1.2.3 1,2,3 1 ., , 1 v2.0-rc")),
    ("numbers with dashes", ("1-2 -3 4- 5--6 a-7 8-b 2023-11-24", "1 - 2 -3 4 - 5--6 a-7 8 - b 2023-11-24")),
    ("other digits", ("٣.١٤ １.５ ２-３ ²-³ ½.", "3.14 1.5 2-3 2-3 ½ .")),
    ("stops in a row", ("wait... what.. ,.,. no!?!", "wait ... what . . , . , . no ! ? !")),
    ("stops at the start", (".a ,b ..c .,d", ". a , b . . c . , d")),
    ("a stop alone", (".", "."), (",", "."), ("..", ". .")),
    ("all ASCII symbols", ("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "! \" # $ % & ' ( ) * + , - . / : ; < = > ? @ [ \\ ] ^ _ ` { | } ~")),
    ("symbols in words", ("a!b a'b a-b a.b a,b a/b a_b a@b a^b a~b", "a ! b a'b a-b a . b a , b a / b a _ b a @ b a ^ b a ~ b")),
    ("typographic quotes and dashes", ("„Guten Tag“ – ‘so’ — “ja” … «oui»", "\"Guten Tag\" - 'so' - \"ja\" ... «oui»")),
    ("apostrophes", ("l'homme d’été it's 'tis rock'n'roll", "l' homme d’ été it ' s ' tis rock ' n ' roll")),
    ("German", ("Der Hund läuft schnell über die Straße.", "Der Hund rennt schnell über die Straße."), ("Größe, Maß, Ärger!", "Größe, Mass, Ärger!")),
    ("French", ("Où est-il allé aujourd'hui ?", "Où est-elle allée aujourd'hui ?"), ("C'est l'été.", "C’est l’été.")),
    ("Cyrillic", ("Кошка сидит на ковре, а собака — нет.", "Кошка сидела на ковре, а собака — нет.")),
    ("Chinese", ("我喜欢猫。你呢？", "我喜欢狗。你呢？"), ("今天 天气 很 好 。", "今天 天气 很 好 。")),
    ("Japanese", ("私は猫が好きです。", "私は犬が好きです。"), ("ｶﾀｶﾅ カタカナ", "カタカナ ｶﾀｶﾅ")),
    ("Korean", ("나는 고양이를 좋아합니다.", "나는 강아지를 좋아합니다.")),
    ("Arabic", ("القطة على السجادة، والكلب ليس كذلك.", "القطة على الأرض، والكلب ليس كذلك.")),
    ("Hebrew and direction marks", ("\u200fשלום\u200e עולם, מה שלומך?", "שלום עולם, מה שלומך?")),
    ("Devanagari", ("नमस्ते दुनिया, क्या हाल है?", "नमस्ते दुनिया, कैसे हो?")),
    ("combining marks", ("e\u0301te\u0301 a\u0308 o\u0302\u0301", "été ä ố"), ("e\u0301 \u0301e", "e\u0301 \u0301e")),
    ("emoji", ("👩\u200d🚀 🎉🎉 ok 👍🏽 ❤\ufe0f", "👩\u200d🚀 🎉 ok 👍🏿 ❤")),
    ("beyond the basic plane", ("𝒜𝒷 𐍈 𠀀𠀁 x", "𝒜𝒸 𐍈 𠀀𠀂 x")),
    ("marks that look special", ("<s> a b </s> <unk> <pad>", "<s> a b </s> <unk> <pad>")),
    ("long words", ("a" * 300 + " b c d", "a" * 299 + " b c d")),
    ("many equal lines", *[("the same line each time", "the same line every time")] * 20),
    ("one good line among bad", ("a b c d e f", "a b c d e f"), ("q", "r s t u v"), ("w x", "y z")),
    ("short corpus with exp smoothing", ("a b c x", "a b d x"), ("y z", "y q z w")),
    (
        "the golden corpus",
        ("the cat sat on the mat .", "The cat sat on the mat."),
        ("a dog", "a small dog ran"),
        ("hello there general kenobi", "hello there general kenobi"),
        ("Guten Tag, Welt!", "Guten Tag, Welt."),
    ),
]

WORDS = (
    "the a cat dog mat house sat ran on in under big small green old and or but not it he she we they is was "
    "der die das Hund Katze läuft schläft nicht über für Straße größer le la chat chien mange où été l'eau qu'il "
    "кошка собака дом 猫 犬 が 好き قطة كلب 👍 don't it's e\u0301te\u0301 Zürich"
).split()
PIECES = (
    ". , ! ? ; : - -- ... … ' \" ’ „ “ ” « » ( ) [ ] { } / \\ & % $ € # @ * + = < > ~ ^ _ ` | "
    "&quot; &amp; &lt; &gt; <skipped> <s> </s> 1 2 30 4.5 6,7 8-9 1.000,50 3-mal A4 2.0.1 .5 7."
).split()
SPACES = ["\t", "\u00a0", "\u202f", "\u3000", "\u2003", "\u001c", "\u001e", "\u001f", "\u0085", "\u2028", "\r", "\n", "-\n", "\r\n"]


def sentence(rng, longest):
    """Words, then punctuation and numbers stuck to them or between them, and at times an odd space."""
    text = ""
    for _ in range(rng.randint(0, longest)):
        text += rng.choice(PIECES if rng.random() < 0.25 else WORDS)
        text += "" if rng.random() < 0.15 else rng.choice(SPACES) if rng.random() < 0.06 else " "
    return text if rng.random() < 0.2 else text.rstrip(" ") + rng.choice(["", ".", " .", "!", "?", "...", ".\n"])


def translation(rng, reference, noise):
    """The reference with words changed, left out, doubled or swapped."""
    words = reference.split(" ")
    result = []
    for word in words:
        chance = rng.random() / noise if noise else 1
        if chance < 0.4:
            result.append(rng.choice(WORDS))
        elif chance < 0.6:
            continue
        elif chance < 0.75:
            result += [word, word]
        elif chance < 0.9:
            result.insert(max(0, len(result) - 1), word)
        else:
            result.append(word)
    return " ".join(result)


def generated():
    for number in range(180):
        rng = random.Random(number)
        longest = rng.choice([2, 4, 8, 16, 30])
        references = [sentence(rng, longest) for _ in range(rng.choice([1, 1, 2, 3, 5, 8]))]
        noise = rng.choice([0, 0.1, 0.3, 0.6, 1])
        yield f"generated {number}", [translation(rng, reference, noise) for reference in references], references


MASK = 0xFFFFFFFF


def pcg(x):
    state = (x * 747796405 + 2891336453) & MASK
    word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737 & MASK
    return (word >> 22) ^ word


def draws(seed, purpose, stream):
    """The generator of src/random.rs, from its description."""
    base = pcg((seed & MASK) ^ pcg((seed >> 32) ^ pcg(purpose)))
    first = pcg(base ^ pcg(stream & MASK))
    second = pcg(first ^ pcg((stream >> 32) ^ 0x9E3779B9))
    counter = 0
    while True:
        yield pcg((pcg(counter ^ first) + second) & MASK)
        counter += 1


BOOTSTRAP_PURPOSE = 6


def percentile(values, share):
    values = sorted(values)
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def interval(values):
    return [percentile(values, 0.025), percentile(values, 0.975)]


def bootstrap(seed=(7 << 32) + 3, resamples=200):
    rng = random.Random(1)
    references = [" ".join(rng.choices(WORDS, k=rng.randint(3, 15))) + "." for _ in range(40)]
    systems = [[translation(rng, reference, noise) for reference in references] for noise in (0.3, 0.4)]
    scores = {"system": [], "baseline": [], "chrf": []}
    for resample in range(resamples):
        stream = draws(seed, BOOTSTRAP_PURPOSE, resample)
        indices = [next(stream) * len(references) >> 32 for _ in references]
        chosen = [references[index] for index in indices]
        for name, texts in zip(("system", "baseline"), systems):
            scores[name].append(BLEU_METRIC.corpus_score([texts[index] for index in indices], [chosen]).score)
        scores["chrf"].append(CHRF_METRIC.corpus_score([systems[0][index] for index in indices], [chosen]).score)
    differences = [a - b for a, b in zip(scores["system"], scores["baseline"])]
    return {
        "seed": seed,
        "resamples": resamples,
        "system": systems[0],
        "baseline": systems[1],
        "references": references,
        "bleu": interval(scores["system"]),
        "chrf": interval(scores["chrf"]),
        "bleu_difference": interval(differences),
    }


def main():
    corpora = [(name, *map(list, zip(*pairs))) for name, *pairs in HAND_MADE] + list(generated())
    cases = [case(*corpus) for corpus in corpora]
    # The lines of one corpus also score together with those of others.
    for number in range(20):
        rng = random.Random(1000 + number)
        chosen = rng.sample(corpora, 6)
        cases.append(case(f"mixed {number}", sum((c[1] for c in chosen), []), sum((c[2] for c in chosen), [])))
    lines = ",\n".join(json.dumps(case) for case in cases)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(f'{{"bootstrap": {json.dumps(bootstrap())},\n"cases": [\n{lines}\n]}}\n', encoding="ascii")
    print(f"{path}: {len(cases)} cases")


if __name__ == "__main__":
    main()
