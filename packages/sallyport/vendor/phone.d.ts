export { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
