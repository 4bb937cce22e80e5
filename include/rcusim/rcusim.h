/* rcusim.h - all of librcusim. */
#pragma once

#include <rcusim/compare.h>
#include <rcusim/database.h>
#include <rcusim/error.h>
#include <rcusim/ftrace.h>
#include <rcusim/param.h>
#include <rcusim/policy.h>
#include <rcusim/run.h>
#include <rcusim/scenario.h>
#include <rcusim/sim.h>
#include <rcusim/table.h>
#include <rcusim/trace.h>
#include <rcusim/validate.h>
#include <rcusim/version.h>
