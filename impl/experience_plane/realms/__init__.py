"""The four realms: content, insights, journey, outcomes. Pure tools on text; they know no agent and no transport."""
