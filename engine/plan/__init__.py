"""What would be done and why, before anything is: wanted, there and written last, side by side. Pure.

Before: `map`, which says what each record should become, and `read`, which says what is there. After:
`write`, which does what a plan says and nothing else.
"""
