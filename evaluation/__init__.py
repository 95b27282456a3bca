"""How well the machine reads: precision, recall and F1 on labelled cases, with floors. Not shipped; run it by ``make evaluate``."""
