/*
 * Whether an asset that could be read also makes sense: its numbers, its text, and what it wants
 * of its connections. (That what its kind needs is there has been seen while reading.)
 */
#ifndef AORTA_GRAPH_ASSET_RULES_H
#define AORTA_GRAPH_ASSET_RULES_H

struct asset;
struct problems;

void asset_rules_check(const struct asset *asset, struct problems *problems);

#endif
