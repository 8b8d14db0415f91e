export { disaggregatePet, HOURLY_PET_SHARES, type DailyPet } from './disaggregate-pet.js';
