/* features: what the rooms above core add to records; called once before anything is opened. */
#pragma once

void features_attach(void);
