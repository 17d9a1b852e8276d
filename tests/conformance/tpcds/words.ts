/** The values that the query texts ask for (TPC-DS v3, the substitution parameters), and words for names and remarks. */
export const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  Books: ['arts', 'business', 'computers', 'fiction', 'history', 'romance'],
  Children: ['infants', 'newborn', 'school-uniforms', 'toddlers'],
  Electronics: ['audio', 'cameras', 'dvd/vcr players', 'monitors', 'stereo'],
  Home: ['bedding', 'blinds/shades', 'curtains/drapes', 'decor', 'rugs'],
  Jewelry: ['birdal', 'bracelets', 'diamonds', 'earings', 'pendants'],
  Men: ['accessories', 'pants', 'shirts', 'sports-apparel'],
  Music: ['classical', 'country', 'pop', 'rock'],
  Shoes: ['athletic', 'kids', 'mens', 'womens'],
  Sports: ['baseball', 'fishing', 'football', 'golf', 'outdoor'],
  Women: ['dresses', 'fragrances', 'maternity', 'swimwear'],
};
export const STORE_NAMES = ['able', 'ought', 'eing', 'ese', 'anti', 'bar'];
export const SIZES = ['small', 'medium', 'large', 'extra large', 'petite', 'economy', 'N/A'];
export const COLORS = (
  'azure beige blush chiffon cornsilk cyan floral ghost green indian khaki lace maroon metallic navy orchid papaya peach plum ' +
  'powder purple rosy royal salmon sienna slate smoke snow spring steel tan white'
).split(' ');
export const UNITS = ['Bunch', 'Bundle', 'Case', 'Dozen', 'Each', 'Gram', 'Ounce', 'Oz', 'Pallet', 'Pound', 'Ton', 'Tsp'];
export const STATES = ['TN', 'GA', 'OH', 'TX', 'KS', 'SD', 'IN', 'CA', 'WA', 'VA'];
export const COUNTIES = ['Williamson County', 'Walker County', 'Ziebach County', 'Rush County', 'Toole County', 'Daviess County'];
export const CITIES = ['Midway', 'Fairview', 'Oak Grove', 'Five Points', 'Pleasant Hill', 'Centerville', 'Edgewood'];
export const STREETS = ['Main', 'Oak', 'Park', 'Lake', 'Hill', 'First', 'Cedar', 'Elm', 'River', 'Spring Mill'];
export const STREET_TYPES = ['Street', 'Avenue', 'Blvd', 'Court', 'Drive', 'Lane', 'Way'];
export const ZIPS = (
  '24128 35709 31904 60785 86197 81792 83405 88274 85392 85460 80348 85669 76232 55709 30069 28709 33394 37752 24536 21195 ' +
  '15455 42812 68621 19505'
).split(' ');
export const COUNTRIES = ['CANADA', 'CHILE', 'FRANCE', 'GERMANY', 'ICELAND', 'INDIA', 'JAPAN', 'MEXICO', 'PERU', 'UNITED STATES'];
export const SALUTATIONS = ['Dr.', 'Miss', 'Mr.', 'Mrs.', 'Ms.', 'Sir'];
export const FIRST_NAMES =
  'Anna Bruno Carla David Elena Felix Grace Hugo Irene Jonas Karin Luis Maria Nils Olga Pavel Rosa Simon Tina Walter'.split(' ');
export const LAST_NAMES =
  'Adams Baker Clark Dixon Evans Fisher Gray Hill Irwin Jones Keller Lopez Moore Nolan Owens Price Reed Smith Turner Wood'.split(
    ' ',
  );
export const EDUCATION = ['Primary', 'Secondary', 'College', '2 yr Degree', '4 yr Degree', 'Advanced Degree', 'Unknown'];
export const CREDIT = ['Good', 'High Risk', 'Low Risk', 'Unknown'];
export const BUYING = ['>10000', '5001-10000', '1001-5000', '501-1000', '0-500', 'Unknown'];
export const SHIP_TYPES = ['EXPRESS', 'OVERNIGHT', 'REGULAR', 'TWO DAY', 'LIBRARY'];
export const SHIP_CODES = ['AIR', 'SURFACE', 'SEA', 'BIKE'];
export const CARRIERS = ['DHL', 'BARIAN', 'UPS', 'FEDEX', 'ZOUROS', 'LATVIAN', 'ORIENTAL'];
export const CALL_CENTERS = ['NY Metro', 'Mid Atlantic', 'North Midwest', 'Pacific Northwest', 'California', 'Hawaii/Alaska'];
export const COMPANIES = ['pri', 'able', 'ought', 'ese', 'anti', 'cally'];
export const REASONS = [
  'Did not fit',
  'Did not like the color',
  'Found a better price',
  'Gift exchange',
  'Stopped working',
  'Wrong item',
];
export const REMARKS =
  'bright careful early firm gentle honest large modern narrow old plain quick rare short strong warm ideas months people rooms shops years'.split(
    ' ',
  );
