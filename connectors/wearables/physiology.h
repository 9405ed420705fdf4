/*
 * The model "physiological": heart rates that depend on who it is, what is done, and when.
 *
 *     rate     = rest + effort * (most - rest) + deviation, between 30 and 230 beats a minute
 *     rest     = 66 + sex + age + mass + fitness + person + time of day + time of year + session
 *     most     = 208 - 0.7 * age in years + person
 *
 * It is for trying out questions, and no substitute for data: each term has the direction and the
 * rough size that the literature gives it, and they are added up as if they did not act on each
 * other. "Chosen" below is what no source was found for.
 *
 *     effort * (most - rest)   The heart-rate reserve: M. J. Karvonen, E. Kentala, O. Mustala, "The
 *                effects of training on heart rate", Annales Medicinae Experimentalis et Biologiae
 *                Fenniae 35 (1957) 307-315. A share of it is the same share of the oxygen uptake
 *                reserve: D. P. Swain, B. C. Leutholtz, "Heart rate reserve is equivalent to %VO2
 *                reserve, not to %VO2max", Medicine & Science in Sports & Exercise 29 (1997)
 *                410-414. So an activity of m METs has the effort (m - 1) / (capacity - 1); its
 *                METs are in physiology.c, a capacity of 12 METs is chosen, and is everybody's:
 *                people set their own pace.
 *     most       H. Tanaka, K. D. Monahan, D. R. Seals, "Age-predicted maximal heart rate
 *                revisited", Journal of the American College of Cardiology 37 (2001) 153-156,
 *                doi:10.1016/S0735-1097(00)01054-8. Persons differ by 8 (a standard deviation, as
 *                all that follow), within the 7 to 11 of R. A. Robergs, R. Landwehr, "The
 *                surprising history of the HRmax=220-age equation", Journal of Exercise Physiology
 *                online 5(2) (2002) 1-10.
 *     66         With mass it gives a mean of 67 when seated: T. I. Gonzales et al., "Resting heart
 *                rate as a biomarker for tracking change in cardiorespiratory fitness of UK adults:
 *                the Fenland Study", medRxiv (2020), doi:10.1101/2020.07.01.20144154.
 *     sex        Women 1.5 above, men 1.5 below: 74 and 71 in Y. Ostchega et al., "Resting pulse
 *                rate reference data for children, adolescents, and adults: United States,
 *                1999-2008", National Health Statistics Reports 41 (2011).
 *     age        -0.0018 * (years - 50)^2. That rest rises to the age of 50 and falls after it: G.
 *                Quer et al., "Inter- and intraindividual variability in daily resting heart rate
 *                and its associations with age, sex, sleep, BMI, and time of year", PLoS ONE 15
 *                (2020) e0227709, doi:10.1371/journal.pone.0227709. By how much: chosen.
 *     mass       0.35 for each kg/m^2 of body mass index above 22. That rest rises with it: Quer et
 *                al.; by how much: chosen.
 *     fitness    -3 for a standard deviation of it: about what -0.26 ml/kg/min a beat (Gonzales et
 *                al.) makes of a standard deviation of 9.8 beats in rest and of 8 in fitness.
 *     person     6.7; with the terms above 7.7, which is what Quer et al. found between people.
 *     time of day    3 up at 16:36, as much down twelve hours away. The hour: G. Vandewalle et al.,
 *                "Robust circadian rhythm in heart rate and its variability: influence of exogenous
 *                melatonin and photoperiod", Journal of Sleep Research 16 (2007) 148-155,
 *                doi:10.1111/j.1365-2869.2007.00581.x. The size: chosen. Hours are by the sun.
 *     time of year   1.05 up at the turn of the year and down half a year later at 45 degrees
 *                north, in proportion to latitude, so that it is the other way round in the south.
 *                From December to August 2.1, the reverse in Australia and New Zealand, following
 *                the length of the day: conference abstract 1200, "Seasonal variation in RHR measured
 *                by a wearable ring" (readings of 2016 to 2019); January to July in Quer et al.
 *     session    3.5 from one session to the next, and a tenth of the effort: chosen.
 *     deviation  Within a session 3, of which four fifths are kept from a reading to the next and
 *                the rest is new: chosen.
 *
 * Sleep is 8 below rest, which with the time of day makes the 10 between seated and asleep of
 * Gonzales et al. Blood type and race have no term: no literature asks for one, and the questions
 * about them shall find nothing.
 */
#ifndef AORTA_WEARABLES_PHYSIOLOGY_H
#define AORTA_WEARABLES_PHYSIOLOGY_H

#include "model.h"

/* What is added to rest by the time of day, in seconds by the sun, and by the time of year where the
 * latitude is so many millionths of a degree; thousandths of a beat a minute. */
int32_t physiology_of_day(int64_t local_second);
int32_t physiology_of_year(int64_t second, int32_t latitude);

#endif
