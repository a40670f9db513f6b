"""The counterfeit benchmark: how documented fakes gave themselves away, put to our engine and to plainer ones.

`make benchmark-counterfeits [CASES=file.jsonl]`; README.md has the format of a case and what is counted.
"""
