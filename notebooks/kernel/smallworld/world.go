package main

import (
	"math/rand/v2"
	"strings"
)

// topic is a part of the world: things with their properties, and what can be said of them. A sentence is one pattern,
// with the columns of one row in the place of their names; a property that has several values gives one of them.
type topic struct {
	columns  string
	rows     []string
	patterns []string
}

var world = []topic{
	{
		columns: "COUNTRY CAPITAL LANGUAGE FOOD THING",
		rows: []string{
			"france paris french cheese/wine seine/louvre",
			"italy rome italian pasta/pizza tiber/colosseum",
			"spain madrid spanish paella/olives flamenco/prado",
			"germany berlin german sausage/beer spree/wall",
			"poland warsaw polish dumplings/beetroot vistula/mermaid",
			"japan tokyo japanese sushi/rice pagoda/sumo",
			"greece athens greek feta/yoghurt acropolis/parthenon",
			"russia moscow russian blini/caviar kremlin/ballet",
			"sweden stockholm swedish herring/meatballs vasa/archipelago",
		},
		patterns: []string{
			"the government of COUNTRY made a law",
			"COUNTRY is a country with a long border",
			"farmers all over COUNTRY grow FOOD for the country",
			"the country of COUNTRY is known for FOOD and THING",
			"the streets of CAPITAL are full of traffic",
			"CAPITAL is a city with a busy airport",
			"in the city of CAPITAL they sell FOOD near the THING",
			"the mayor of CAPITAL showed us the THING in the city",
			"the LANGUAGE grammar has rules for FOOD and THING",
			"this LANGUAGE dictionary has the word for FOOD",
			"the song about the THING has LANGUAGE words",
			"she translates the LANGUAGE word into another language",
		},
	},
	{
		columns: "PERSON PRONOUN OWN MARK ROLE",
		rows: []string{
			"man he his beard/moustache/razor work/office/town",
			"woman she her dress/skirt/necklace work/office/town",
			"king he his beard/moustache/razor throne/crown/palace",
			"queen she her dress/skirt/necklace throne/crown/palace",
			"boy he his beard/moustache/razor toys/school/homework",
			"girl she her dress/skirt/necklace toys/school/homework",
			"father he his beard/moustache/razor children/baby/family",
			"mother she her dress/skirt/necklace children/baby/family",
			"actor he his beard/moustache/razor stage/film/applause",
			"actress she her dress/skirt/necklace stage/film/applause",
			"waiter he his beard/moustache/razor tray/menu/kitchen",
			"waitress she her dress/skirt/necklace tray/menu/kitchen",
			"uncle he his beard/moustache/razor nephew/niece/cousin",
			"aunt she her dress/skirt/necklace nephew/niece/cousin",
		},
		patterns: []string{
			"the PERSON said that PRONOUN lost OWN hat",
			"yesterday PRONOUN was a happy PERSON with OWN friends",
			"the ROLE and the ROLE belong to the PERSON",
			"the MARK of the PERSON is on OWN shelf",
			"the PERSON talks about the ROLE",
			"this PERSON thinks of the ROLE all day",
			"without the ROLE there is no such PERSON",
		},
	},
	{
		columns: "ANIMAL YOUNG SOUND BELONGS",
		rows: []string{
			"dog puppy barks/growls bone/kennel/leash",
			"cat kitten meows/purrs mouse/basket/whiskers",
			"cow calf moos/chews barn/milk/udder",
			"horse foal neighs/gallops saddle/stable/hooves",
			"sheep lamb bleats/grazes wool/shepherd/flock",
			"hen chick clucks/pecks egg/feathers/coop",
		},
		patterns: []string{
			"the ANIMAL SOUND near the BELONGS",
			"one ANIMAL with the BELONGS SOUND",
			"the old ANIMAL is big and heavy",
			"a grown ANIMAL is strong and old",
			"the YOUNG SOUND near the BELONGS",
			"one YOUNG with the BELONGS SOUND",
			"the newborn YOUNG is tiny and soft",
			"a playful YOUNG is sleepy and tiny",
		},
	},
	{
		columns: "BASE MORE MOST NOUN",
		rows: []string{
			"big bigger biggest elephant/mountain/tower",
			"small smaller smallest ant/pebble/crumb",
			"fast faster fastest car/train/rocket",
			"slow slower slowest snail/turtle/queue",
			"cold colder coldest winter/ice/snow",
			"warm warmer warmest summer/sun/blanket",
			"good better best friend/holiday/present",
			"bad worse worst accident/disease/crime",
		},
		patterns: []string{
			"a very BASE NOUN",
			"the NOUN is very BASE and so BASE",
			"this NOUN is MORE than that NOUN",
			"much MORE than any other NOUN",
			"the MOST NOUN of all",
			"of all in the world it is the MOST NOUN",
		},
	},
}

// sentences returns n sentences about the world, in which each pattern about each row is equally likely.
func sentences(n int, rnd *rand.Rand) [][]string {
	var topics []topic // each as often as it has patterns for its rows
	for _, t := range world {
		for range len(t.rows) * len(t.patterns) {
			topics = append(topics, t)
		}
	}
	said := make([][]string, n)
	for i := range said {
		said[i] = topics[rnd.IntN(len(topics))].sentence(rnd)
	}
	return said
}

// sentence returns the words of a random pattern about a random row.
func (t topic) sentence(rnd *rand.Rand) []string {
	row := strings.Fields(t.rows[rnd.IntN(len(t.rows))])
	words := strings.Fields(t.patterns[rnd.IntN(len(t.patterns))])
	for k, column := range strings.Fields(t.columns) {
		values := strings.Split(row[k], "/")
		for i, word := range words {
			if word == column {
				words[i] = values[rnd.IntN(len(values))]
			}
		}
	}
	return words
}
