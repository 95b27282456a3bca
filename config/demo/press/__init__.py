"""The sample press: ten fictional outlets on loopback, whose articles appear as a clock passes their hour."""
