// Words that say what a name beside them is. Folded: small letters without accents.

/** Before or in the name of a person. */
export const TITLES = `mr mrs ms miss mx dr prof professor sir madam lady lord rev reverend fr herr frau sr sra srta senor senora don dona
  monsieur madame mme mlle capt captain col gen lt sgt hon judge signor signora mister`;

/** In the name of a company or institution, most often at its end. */
export const ORGANISATION_WORDS = `inc incorporated ltd limited llc llp plc corp corporation co company gmbh ag kg ohg ug se sa sas sarl srl spa nv bv
  ab oy oyj as asa aps kft zrt doo pty pvt bhd group holding holdings bank university college institute foundation association society partners
  associates sons brothers bros industries enterprises solutions systems technologies technology consulting services agency airlines airways hospital
  clinic ministry department committee council club orchestra museum studios pictures records motors pharmaceuticals insurance trust ventures capital
  laboratories labs media networks logistics international transit federation union party church school academy`;

/** In the name of a street, in the languages that put it there as a word of its own. */
export const STREET_WORDS = `street st avenue ave road rd boulevard blvd lane ln drive dr court ct place pl square sq terrace ter parkway pkwy
  highway hwy way trail circle alley crescent close row gardens grove mews quay rue via viale vicolo piazza corso calle avenida carrer camino paseo
  plaza rua travessa praca strasse str weg platz allee gasse ring damm ufer gate gata gatan vagen vej vejen katu tie utca ut ulica ul ulice trg
  cesta straat laan plein apt apartment suite unit box flat floor building bldg psc apo dpo fpo coves cove squares spur knoll ridge junction
  turnpike esplanade parade wharf bypass loop plaza viaduct isle island mountain mountains park point port`;

/** Days and months: capitals that name no one. */
export const CALENDAR = `monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
  october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun`;

/** Countries and parts of the world, by their words. */
export const COUNTRIES = `afghanistan albania algeria andorra angola argentina armenia aruba australia austria azerbaijan bahamas bahrain bangladesh
  barbados belarus belgium belize benin bermuda bhutan bolivia bosnia botswana brazil brunei bulgaria burundi cambodia cameroon canada chad chile
  china colombia comoros congo croatia cuba cyprus czechia denmark djibouti dominica ecuador egypt england eritrea estonia eswatini ethiopia fiji
  finland france gabon gambia germany ghana gibraltar greece greenland grenada guatemala guernsey guinea guyana haiti honduras hungary iceland
  india indonesia iran iraq ireland israel italy jamaica japan jersey jordan kazakhstan kenya kiribati korea kosovo kuwait kyrgyzstan laos latvia
  lebanon lesotho liberia libya liechtenstein lithuania luxembourg macau madagascar malawi malaysia maldives mali malta mauritania mauritius
  mexico micronesia moldova monaco mongolia montenegro morocco mozambique myanmar namibia nauru nepal netherlands nicaragua niger nigeria norway
  oman pakistan palau palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda samoa scotland senegal serbia
  seychelles singapore slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand togo tonga
  tunisia turkey turkiye turkmenistan tuvalu uganda ukraine uruguay usa uzbekistan vanuatu vatican venezuela vietnam wales yemen zambia zimbabwe
  africa america europe asia deutschland osterreich schweiz espana italia brasil polska sverige norge danmark suomi nederland belgique`;

/** Peoples, and adjectives made of countries; with an s too. */
export const NATIONALITIES = `afghan albanian algerian american andorran angolan argentine argentinian armenian aruban asian australian austrian
  azerbaijani bahamian bahraini bangladeshi barbadian basque belarusian belgian belizean beninese bermudian bhutanese bolivian bosnian brazilian
  british briton bulgarian burmese burundian cambodian cameroonian canadian catalan chadian chechen chilean chinese colombian congolese croat
  croatian cuban cypriot czech dane danish dominican dutch ecuadorian egyptian emirati english eritrean estonian ethiopian european fijian filipino
  filipina finn finnish flemish french frenchman gabonese gambian georgian german ghanaian greek greenlander greenlandic grenadian guatemalan
  guinean guyanese haitian honduran hungarian icelander icelandic indian indonesian iranian iraqi irish irishman israeli italian jamaican japanese
  jordanian kazakh kenyan korean kosovar kurd kurdish kuwaiti kyrgyz lao laotian latvian lebanese liberian libyan lithuanian luxembourger macedonian
  malagasy malawian malaysian maldivian malian maltese mauritanian mauritian mexican moldovan mongolian montenegrin moroccan mozambican namibian
  nepali nepalese nicaraguan nigerian nigerien norwegian omani pakistani palestinian panamanian paraguayan persian peruvian pole polish portuguese
  qatari romanian russian rwandan salvadoran samoan saudi scot scottish senegalese serb serbian singaporean slovak slovakian slovene slovenian somali
  spaniard spanish sudanese surinamese swede swedish swiss syrian taiwanese tajik tanzanian thai tibetan togolese tongan tunisian turk turkish turkmen
  ugandan ukrainian uruguayan uzbek venezuelan vietnamese welsh yemeni zambian zimbabwean
  americans australians austrians belgians brazilians britons canadians croats cubans czechs danes egyptians europeans finns germans greeks
  hungarians icelanders indians indonesians iranians iraqis israelis italians jordanians kenyans koreans latvians lithuanians malaysians mexicans
  moroccans nigerians norwegians pakistanis palestinians persians peruvians poles romanians russians saudis scots serbs slovaks slovenes spaniards
  swedes syrians thais tunisians turks ukrainians venezuelans
  christian christians muslim muslims jew jews jewish hindu hindus buddhist buddhists sikh sikhs catholic catholics protestant protestants
  republican republicans democrat democrats`;
