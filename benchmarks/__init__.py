"""Speed and memory as ratios, against hand-written code on the same data in the same run."""
