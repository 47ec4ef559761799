# SPDX-License-Identifier: Apache-2.0
"""What happened over time, from task to answer: recorded, read and put into lanes."""
