# SPDX-License-Identifier: Apache-2.0
"""What happens in the endpoint, as one stream of events; docs/timeline.md has their form."""
