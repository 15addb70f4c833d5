"""Calm two-word names by which staff speak of somebody who gave no name. Pure.

The words are our own choice: weather, colours, textures, plants, birds, small animals and quiet
things. Nothing sad, violent, religious, political, bodily or medical, and nothing that could be
taken as a remark about the person.
"""

from random import Random

_ADJECTIVES = """
    Airy Alpine Amber Apricot April Arctic Ashen August Autumn Azure Balmy Bamboo Basil Beige
    Berry Birch Blossoming Blue Bobbing Breezy Bright Brisk Bronze Brookside Bubbling Budding
    Buttery Calm Candlelit Caramel Cedar Cheerful Cherry Chestnut Chiming Cinnamon Citrus Clear
    Clever Cloudy Coastal Cobalt Cocoa Copper Coral Cosy Cotton Cream Crimson Crisp Crystal
    Curious Daisy Dancing Dappled Dawn Daylit Dewy Distant Drifting Early Earthen Eastern Easy
    Emerald Evening Evergreen Faraway Feathered Fern Fleecy Floating Flowering Foggy Forest
    Fragrant Fresh Friendly Frosty Garden Gentle Giggling Gilded Ginger Gleaming Gliding Glowing
    Golden Graceful Grassy Green Hazel Hazy Heather Highland Honey Humming Indigo Island Ivory
    Jade Jasmine Jolly July June Keen Kindly Lakeside Lavender Leafy Lemon Lilac Lilting Lime
    Linen Lively Lofty Lucky Lunar Lush Magenta Mahogany Mango Maple March Maroon Meadow Mellow
    Merry Midday Midsummer Minty Misty Monsoon Moonlit Morning Mossy Mountain Mulberry Murmuring
    Musical Mustard Navy Nimble Northern October Olive Opal Orange Orchard Paper Pastel Patient
    Peaceful Peachy Pearly Peppermint Pine Pink Placid Playful Plum Polished Prairie Purple
    Quick Quiet Quilted Rainy Restful Rippling River Rolling Rosy Ruby Russet Rustling Saffron
    Sage Sailing Sandy Sapphire Scarlet Seaside Sepia Serene Shady Shimmering Shining Silken
    Silver Singing Sky Smooth Snowy Soaring Soft Solar Sparkling Spicy Spring Starry Steady
    Still Strolling Sturdy Summer Sunlit Sunny Swaying Swift Tangerine Tawny Teal Thistle Tidal
    Timber Tranquil Tropical Turquoise Twilight Twinkling Upland Valley Vanilla Velvet Verdant
    Violet Wandering Warm Western Whispering Willow Windy Winter Woodland Zesty
"""

_NOUNS = """
    Acacia Acorn Albatross Almond Alpaca Amaranth Anchor Anemone Apple Apricot Arbour Archway
    Aspen Aster Atlas Aurora Avocet Badger Balcony Balloon Bamboo Banjo Banyan Barley Basil
    Basket Bay Beach Beacon Bean Beech Begonia Bell Bench Birch Bison Blackbird Blossom Bluebell
    Bluebird Boat Book Bramble Breeze Bridge Brook Broom Bulbul Bunting Buoy Buttercup Butterfly
    Button Camellia Canal Canary Candle Canoe Canyon Caravan Carousel Cedar Cello Chestnut
    Chickadee Chime Clarinet Clearing Cliff Clock Cloud Clover Cockatoo Coconut Comet Compass
    Coral Coriander Cornflower Cottage Cove Crane Creek Cricket Crocus Curlew Curtain Cushion
    Cypress Daffodil Dahlia Daisy Damselfly Deer Delta Dewdrop Dolphin Dormouse Dove Dragonfly
    Drum Duckling Dune Durian Eagle Echo Egret Elm Ember Emu Estuary Falcon Feather Fern Fiddle
    Field Fig Finch Fir Firefly Fjord Flamingo Flute Foal Footpath Forest Fountain Foxglove
    Freesia Frond Galaxy Gannet Garden Gardenia Gate Gazebo Gazelle Gecko Geranium Ginger Ginkgo
    Giraffe Glacier Glade Goldfinch Gosling Grove Guava Guitar Gull Hammock Harbour Hare Harp
    Harvest Hawk Hawthorn Hazel Heather Hedgehog Heron Hibiscus Hill Honeybee Honeycomb Hoopoe
    Horizon Hornbill Horse Hyacinth Ibex Ibis Iris Island Ivy Jacaranda Jackdaw Jasmine Jay
    Jetty Juniper Kangaroo Kayak Kestrel Kettle Kingfisher Kite Kiwi Koala Koel Kookaburra
    Lagoon Lake Lamp Lantern Lapwing Larch Lark Laurel Lavender Leaf Lemon Lighthouse Lilac Lily
    Linden Linnet Llama Lotus Lupin Lychee Lynx Lyre Macaw Magnolia Magpie Mallard Mandolin
    Mango Mangrove Maple Marble Marigold Marimba Marmot Marten Meadow Melody Melon Mimosa Mint
    Moon Moose Moss Mountain Mulberry Mynah Myrtle Narwhal Nectar Newt Nightingale Nutmeg Oak
    Oar Oasis Ocean Octopus Okapi Oleander Olive Orchard Orchid Oriole Osprey Otter Owl Oyster
    Paddle Palm Panda Papaya Papyrus Parakeet Parrot Pasture Path Pavilion Peach Peacock Pear
    Pearl Pebble Pelican Penguin Peony Petal Petrel Petunia Pheasant Piano Pigeon Pine Pipit
    Plateau Plover Plum Pomelo Pond Pony Poplar Porch Prairie Primrose Puffin Pumpkin Quail
    Quartz Quill Quilt Quince Rabbit Raindrop Rainbow Raspberry Redwood Reed Reindeer River
    Robin Rooftop Rose Rowan Saffron Sail Sandpiper Sapling Seahorse Seal Seashell Sedge Sequoia
    Shore Skylark Snowdrop Snowflake Sorrel Sparrow Spoonbill Spruce Squirrel Stairway Star
    Starfish Starling Stork Stream Sunbird Sunflower Sunrise Swallow Swan Sycamore Tamarind
    Tapir Teacup Teak Teapot Tern Thimble Thistle Thrush Thyme Tide Toucan Trellis Tulip Turnip
    Turtle Valley Verbena Village Viola Violet Wagtail Walnut Warbler Waterfall Wave Waxwing
    Weaver Wheat Willow Windmill Window Wisteria Wombat Woodland Woodpecker Wren Yarrow Yew
    Zebra Zephyr Zinnia
"""
ADJECTIVES = tuple(_ADJECTIVES.split())
NOUNS = tuple(_NOUNS.split())


def codename(random: Random) -> str:
    """Two words drawn from `random`; names repeat, so the caller draws again when one is taken.

    >>> codename(Random(3)) == codename(Random(3))
    True
    """
    first = random.choice(ADJECTIVES)
    second = random.choice([noun for noun in NOUNS if noun != first])
    return f"{first} {second}"
