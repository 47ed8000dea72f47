"""Bytes a second of pysbd over the beginning of a text, by CPU time; run by the interpreter that has it."""

import sys
import time

import pysbd

PARAGRAPHS = 200  # enough for seconds

with open(sys.argv[1], encoding="utf-8") as file:
    paragraphs = file.read().split("\n\n")[:PARAGRAPHS]
segmenter = pysbd.Segmenter(language="en", clean=False)
segmenter.segment("Warm up. Twice.")
begun = time.process_time()
count = sum(len(segmenter.segment(paragraph)) for paragraph in paragraphs)
seconds = time.process_time() - begun
if count < len(paragraphs):
    raise SystemExit("pysbd found no sentences")
print(sum(len(paragraph.encode()) + 2 for paragraph in paragraphs) / seconds)
